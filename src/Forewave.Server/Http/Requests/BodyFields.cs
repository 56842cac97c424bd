using System.Text.Json;
using System.Text.Unicode;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Http.Routing;

namespace Forewave.Server.Http.Requests;

/// <summary>
/// The body of a request as a JSON object. Fields are taken out by name; what is left over at <see cref="End"/> is refused. An
/// empty body is an object without fields. For the request's own task.
/// </summary>
internal sealed class BodyFields : IDisposable
{
    /// <summary>Bytes of a body that is no message.</summary>
    private const int MaxBytes = 1024 * 1024;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };

    private readonly JsonDocument _document;
    private readonly JsonElement _fields;
    private readonly HashSet<string> _taken = [];

    private BodyFields(JsonDocument document)
        : this(document, document.RootElement)
    {
    }

    private BodyFields(JsonDocument document, JsonElement fields)
    {
        _document = document;
        _fields = fields;
    }

    /// <summary>Nothing but what was taken is in the body.</summary>
    /// <exception cref="ForewaveException"><c>RequestInvalid</c>.</exception>
    public BodyFields End()
    {
        HashSet<string> seen = [];
        foreach (var field in _fields.EnumerateObject())
        {
            if (!_taken.Contains(field.Name))
                throw new ForewaveException(ErrorCode.RequestInvalid, $"The body has the field '{Shown(field.Name)}'; there are: {string.Join(", ", _taken)}.");
            if (!seen.Add(field.Name))
                throw new ForewaveException(ErrorCode.RequestInvalid, $"The body has the field '{field.Name}' twice.");
        }
        return this;
    }

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="ForewaveException"><c>RequestInvalid</c>, <c>ContentTypeUnsupported</c>, <c>BodyTooLarge</c>.</exception>
    public static async ValueTask<BodyFields> ReadAsync(ApiCall call, BodyMemory memory)
    {
        var body = await RequestBody.ReadAsync(call.Context, MaxBytes, memory);
        try
        {
            if (body.Bytes.IsEmpty)
                return new BodyFields(JsonDocument.Parse("{}"));
            if (!ContentTypes.IsJson(call.Context.Request.ContentType))
                throw new ForewaveException(ErrorCode.ContentTypeUnsupported);
            return Parse(body.Bytes.ToArray());
        }
        finally
        {
            body.Release();
        }
    }

    /// <summary>A text, or null.</summary>
    public string? Text(string name) => Take(name) is { } value
        ? value.ValueKind == JsonValueKind.String ? TextOf(value) : throw FieldText.Wrong(name, "a text")
        : null;

    /// <summary>A duration, or null.</summary>
    public TimeSpan? Duration(string name) => Text(name) is { } text ? FieldText.Duration(name, text) : null;

    /// <summary>A time, or null.</summary>
    public DateTimeOffset? Time(string name) => Text(name) is { } text ? FieldText.Time(name, text) : null;

    /// <summary>A flag, or null.</summary>
    public bool? Flag(string name) => Take(name)?.ValueKind switch
    {
        null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw FieldText.Wrong(name, "true or false"),
    };

    /// <summary>A whole number from 0, or null.</summary>
    public int? Whole(string name) => Take(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= 0 ? number
        : throw FieldText.Wrong(name, "a whole number from 0");

    /// <summary>An offset, or null.</summary>
    public Offset? Offset(string name) => Take(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number > 0 ? new Offset(number)
        : throw FieldText.Wrong(name, "an offset from 1");

    /// <summary>A number from 0, or null.</summary>
    public double? Rate(string name) => Take(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= 0 && double.IsFinite(number) ? number
        : throw FieldText.Wrong(name, "a number from 0");

    /// <summary>A list of texts, or null.</summary>
    public IReadOnlyList<string>? Texts(string name) => List(name, static (name, value) =>
        value.ValueKind == JsonValueKind.String ? TextOf(value) : throw FieldText.Wrong(name, "a list of texts"));

    /// <summary>A list of places of dead letters, numbers or texts, or null.</summary>
    public IReadOnlyList<DeadPlace>? Places(string name) => List(name, static (name, value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number > 0 ? new DeadPlace(number)
        : value.ValueKind == JsonValueKind.String && DeadPlace.TryParse(TextOf(value), out var place) ? place
        : throw FieldText.Wrong(name, "a list of whole numbers from 1, or of such with their partition, such as \"1-17\""));

    /// <summary>A list of objects, each to be taken out and ended by <paramref name="read"/>; null where there is none.</summary>
    public IReadOnlyList<T>? Objects<T>(string name, Func<BodyFields, T> read) => List(name, (field, value) =>
        value.ValueKind == JsonValueKind.Object ? read(new BodyFields(_document, value)) : throw FieldText.Wrong(field, "a list of objects"));

    /// <summary>One of some words, or null.</summary>
    public T? OneOf<T>(string name, IReadOnlyDictionary<string, T> words)
        where T : struct => Text(name) is not { } text ? null
        : words.TryGetValue(text, out var value) ? value
        : throw FieldText.Wrong(name, string.Join(" or ", words.Keys));

    public void Dispose() => _document.Dispose();

    private static BodyFields Parse(byte[] bytes)
    {
        if (!Utf8.IsValid(bytes))
            throw new ForewaveException(ErrorCode.RequestInvalid, "The body is not UTF-8.");
        try
        {
            var document = JsonDocument.Parse(bytes, Options);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return new BodyFields(document);
            document.Dispose();
            throw new ForewaveException(ErrorCode.RequestInvalid, "The body is not a JSON object.");
        }
        catch (JsonException broken)
        {
            throw new ForewaveException(ErrorCode.RequestInvalid, JsonProblem.Of(broken), broken);
        }
    }

    // JSON can escape half a surrogate pair, which is no text.
    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new ForewaveException(ErrorCode.RequestInvalid, "The body has a text that is no UTF-16.");
        }
    }

    private JsonElement? Take(string name)
    {
        _taken.Add(name);
        return _fields.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private List<T>? List<T>(string name, Func<FieldName, JsonElement, T> read)
    {
        if (Take(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            throw FieldText.Wrong(name, "a list");
        if (value.GetArrayLength() > Limits.MessagesPerFrame)
            throw new ForewaveException(ErrorCode.TooManyMessages, $"{name} has more than 10,000 entries.");
        return [.. value.EnumerateArray().Select(entry => read(name, entry))];
    }

    private static string Shown(string name) => name.Length <= 64 ? name : name[..64];
}
