using System.Globalization;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Server.Http.Routing;

namespace Forewave.Server.Http.Requests;

/// <summary>
/// The query of a request. A parameter that the operation does not know, or that comes twice, is refused: a typing error must
/// not change what is done. For the request's own task.
/// </summary>
internal sealed class QueryFields
{
    private readonly Dictionary<string, List<string>> _values = [];

    private QueryFields()
    {
    }

    /// <summary>Reads the query of a request's target.</summary>
    /// <param name="target">As it stands on the request's first line.</param>
    /// <param name="known">The parameters that there are; with a <c>+</c> at the end those that may be repeated.</param>
    /// <exception cref="ForewaveException"><c>RequestInvalid</c>.</exception>
    public static QueryFields Read(ReadOnlySpan<char> target, string[] known)
    {
        QueryFields fields = new();
        int question = target.IndexOf('?');
        if (question < 0)
            return fields;
        var query = target[(question + 1)..];
        foreach (var range in query.Split('&'))
        {
            if (!query[range].IsEmpty)
                fields.Add(query[range], known);
        }
        return fields;
    }

    /// <summary>A text, or null.</summary>
    public string? Text(string name) => _values.TryGetValue(name, out var values) ? values[0] : null;

    /// <summary>All values of a parameter that may be repeated.</summary>
    public IReadOnlyList<string> All(string name) => _values.TryGetValue(name, out var values) ? values : [];

    /// <summary>A flag; false when it is not there.</summary>
    public bool Flag(string name) => Text(name) is { } text && FieldText.Flag(name, text);

    /// <summary>A duration, or null.</summary>
    public TimeSpan? Duration(string name) => Text(name) is { } text ? FieldText.Duration(name, text) : null;

    /// <summary>A time, or null.</summary>
    public DateTimeOffset? Time(string name) => Text(name) is { } text ? FieldText.Time(name, text) : null;

    /// <summary>A tag filter, or null.</summary>
    public TagFilter? Tags(string name) => Text(name) is { } text ? FieldText.Tags(text) : null;

    /// <summary>Where a group starts.</summary>
    public StartAt Start(string name) => Text(name) is { } text ? FieldText.Start(name, text) : StartAt.Earliest;

    /// <summary>An offset from 1, or null.</summary>
    public Offset? Offset(string name) => Text(name) is not { } text ? null
        : FieldText.Whole(name, text) is > 0 and var value ? new Offset(value) : throw FieldText.Wrong(name, "an offset from 1");

    /// <summary>A whole number from 1, or what is there unless told.</summary>
    public int Count(string name, CountRange range)
    {
        if (Text(name) is not { } text)
            return range.UnlessTold;
        long value = FieldText.Whole(name, text);
        return value >= 1 && value <= range.Most
            ? (int)value
            : throw FieldText.Wrong(name, string.Create(CultureInfo.InvariantCulture, $"a number from 1 to {range.Most:N0}"));
    }

    private void Add(ReadOnlySpan<char> parameter, string[] known)
    {
        int sign = parameter.IndexOf('=');
        string name = RequestPath.Unescape(sign < 0 ? parameter : parameter[..sign]);
        string value = sign < 0 ? "true" : RequestPath.Unescape(parameter[(sign + 1)..].ToString().Replace('+', ' '));
        bool isRepeatable = known.Contains(name + "+");
        if (!isRepeatable && !known.Contains(name))
        {
            string there = known.Length == 0 ? "none" : string.Join(", ", known.Select(one => one.TrimEnd('+')));
            throw new ForewaveException(ErrorCode.RequestInvalid, $"The request has the parameter '{Shown(name)}'; there are: {there}.");
        }
        if (!_values.TryGetValue(name, out var values))
            _values.Add(name, values = []);
        else if (!isRepeatable)
            throw new ForewaveException(ErrorCode.RequestInvalid, $"The parameter '{name}' comes twice.");
        values.Add(value);
    }

    private static string Shown(string name) => name.Length <= 64 ? name : name[..64];
}
