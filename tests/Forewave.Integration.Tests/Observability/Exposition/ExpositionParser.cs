using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Forewave.Server.Metrics;

namespace Forewave.Integration.Tests.Observability.Exposition;

/// <summary>
/// Reads Prometheus' text format 0.0.4 or OpenMetrics 1.0.0 and refuses whatever a strict reader of them would, and what they allow but a
/// writer that knows what it does would not write: families without values, values without a type, timestamps, empty lines. One use.
/// </summary>
internal sealed partial class ExpositionParser
{
    private readonly bool _isOpenMetrics;
    private readonly List<ExpositionFamily> _families = [];
    private readonly Dictionary<string, string> _ownerOfName = [];
    private readonly HashSet<string> _series = [];
    private ExpositionFamily? _family;
    private int _line;

    private ExpositionParser(ExpositionFormat format) => _isOpenMetrics = format == ExpositionFormat.OpenMetrics;

    /// <summary>Reads a whole page.</summary>
    /// <exception cref="FormatException">Something is wrong; the message names the line.</exception>
    public static IReadOnlyList<ExpositionFamily> Parse(string text, ExpositionFormat format) => new ExpositionParser(format).Read(text);

    private List<ExpositionFamily> Read(string text)
    {
        Require(text.EndsWith('\n'), "the page does not end with a line feed");
        Require(!text.Contains('\r'), "there is a carriage return");
        string[] lines = text[..^1].Split('\n');
        if (_isOpenMetrics)
        {
            Require(lines[^1] == "# EOF", "the page does not end with # EOF");
            lines = lines[..^1];
        }
        foreach (string line in lines)
        {
            _line++;
            Require(line.Length > 0, "an empty line");
            if (line[0] == '#')
                ReadMetadata(line);
            else
                ReadSample(line);
        }
        EndFamily();
        return _families;
    }

    private void ReadMetadata(string line)
    {
        var match = Metadata().Match(line);
        Require(match.Success, "neither HELP, TYPE nor UNIT");
        var (kind, name, rest) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value);
        var family = FamilyOf(name);
        Require(family.Samples.Count == 0, $"{kind} after the values of {name}");
        switch (kind)
        {
            case "HELP":
                Require(family.Help is null, $"a second HELP of {name}");
                family.Help = Unescape(rest, _isOpenMetrics);
                break;
            case "TYPE":
                Require(family.Type is null, $"a second TYPE of {name}");
                Require(rest is "counter" or "gauge" or "histogram", $"type '{rest}'");
                Require(!(_isOpenMetrics && rest == "counter" && name.EndsWith("_total", StringComparison.Ordinal)), "the name of a counter's family ends with _total");
                family.Type = rest;
                break;
            default:
                Require(_isOpenMetrics, "UNIT is of OpenMetrics");
                Require(family.Unit is null, $"a second UNIT of {name}");
                Require(name.EndsWith("_" + rest, StringComparison.Ordinal), $"{name} does not end with its unit {rest}");
                family.Unit = rest;
                break;
        }
    }

    private ExpositionFamily FamilyOf(string name)
    {
        if (_family?.Name == name)
            return _family;
        EndFamily();
        Require(_families.All(family => family.Name != name), $"{name} is in two places");
        _family = new ExpositionFamily(name);
        _families.Add(_family);
        return _family;
    }

    private void ReadSample(string line)
    {
        int end = line.IndexOfAny([' ', '{']);
        Require(end > 0, "no value");
        string name = line[..end];
        Require(Name().IsMatch(name), $"name '{name}'");
        List<KeyValuePair<string, string>> labels = [];
        if (line[end] == '{')
            end = ReadLabels(line, end + 1, labels);
        Require(end < line.Length && line[end] == ' ', "no space before the value");
        ExpositionSample sample = new(name, labels, ReadValue(line[(end + 1)..]));
        Require(_family is { Type: not null }, $"{name} has no TYPE before it");
        Require(BelongsTo(_family!, sample), $"{name} is no value of the {_family!.Type} {_family.Name}");
        Require(_ownerOfName.TryAdd(name, _family.Name) || _ownerOfName[name] == _family.Name, $"{name} is of two families");
        Require(_series.Add(sample.Series), "the series is there twice");
        bool mayFall = _family.Type == "gauge" || name.EndsWith("_sum", StringComparison.Ordinal);
        Require(mayFall || sample.Value >= 0 && double.IsFinite(sample.Value), $"a {_family.Type} of {sample.Value}");
        _family.Samples.Add(sample);
    }

    private int ReadLabels(string line, int at, List<KeyValuePair<string, string>> labels)
    {
        while (true)
        {
            var match = LabelStart().Match(line, at);
            Require(match.Success, "a label is NAME=\"VALUE\"");
            string name = match.Groups[1].Value;
            Require(!name.StartsWith("__", StringComparison.Ordinal), $"the label {name} is Prometheus' own");
            Require(labels.All(label => label.Key != name), $"two labels {name}");
            int from = match.Index + match.Length;
            int to = from;
            while (to < line.Length && line[to] != '"')
                to += line[to] == '\\' ? 2 : 1;
            Require(to < line.Length, "the value of a label has no end");
            labels.Add(new(name, Unescape(line[from..to], knowsQuotes: true)));
            at = to + 1;
            if (at < line.Length && line[at] == '}')
                return at + 1;
            Require(at < line.Length && line[at] == ',', "no comma between labels");
            at++;
        }
    }

    private double ReadValue(string text)
    {
        switch (text)
        {
            case "+Inf":
                return double.PositiveInfinity;
            case "-Inf":
                return double.NegativeInfinity;
            case "NaN":
                return double.NaN;
            default:
                Require(Number().IsMatch(text), $"value '{text}'");
                return double.Parse(text, CultureInfo.InvariantCulture);
        }
    }

    private bool BelongsTo(ExpositionFamily family, ExpositionSample sample)
    {
        bool hasBound = sample["le"] is not null;
        return family.Type switch
        {
            "counter" when _isOpenMetrics => sample.Name == family.Name + "_total" && !hasBound,
            "counter" => sample.Name == family.Name && family.Name.EndsWith("_total", StringComparison.Ordinal) && !hasBound,
            "gauge" => sample.Name == family.Name && !hasBound,
            _ => sample.Name == family.Name + "_bucket" ? hasBound
                : (sample.Name == family.Name + "_sum" || sample.Name == family.Name + "_count") && !hasBound,
        };
    }

    private void EndFamily()
    {
        if (_family is null)
            return;
        Require(_family.Samples.Count > 0, $"{_family.Name} has no values");
        if (_family.Type == "histogram")
        {
            foreach (var distribution in _family.Samples.GroupBy(sample => sample.Without("le")))
                CheckDistribution([.. distribution]);
        }
    }

    private void CheckDistribution(ExpositionSample[] samples)
    {
        string name = _family!.Name;
        var buckets = samples.Where(sample => sample.Name == name + "_bucket").ToArray();
        double count = Single(samples, name + "_count");
        Single(samples, name + "_sum");
        Require(buckets.Length > 0 && buckets[^1]["le"] == "+Inf", $"{name} does not end with the bucket of +Inf");
        Require(buckets[^1].Value == count, $"the bucket of +Inf of {name} has {buckets[^1].Value}, its count is {count}");
        Require(buckets.All(bucket => bucket.Value == Math.Floor(bucket.Value)), $"{name} counts parts of values");
        var bounds = buckets.Select(bucket => BoundOf(bucket["le"]!)).ToArray();
        Require(bounds.Zip(bounds.Skip(1)).All(pair => pair.First < pair.Second), $"the bounds of {name} do not rise");
        Require(buckets.Zip(buckets.Skip(1)).All(pair => pair.First.Value <= pair.Second.Value), $"the buckets of {name} fall");
    }

    private double Single(ExpositionSample[] samples, string name)
    {
        var found = samples.Where(sample => sample.Name == name).ToArray();
        Require(found.Length == 1, $"{name} is there {found.Length} times");
        return found[0].Value;
    }

    private double BoundOf(string text)
    {
        Require(!_isOpenMetrics || text == "+Inf" || text.Contains('.', StringComparison.Ordinal) || text.Contains('e', StringComparison.OrdinalIgnoreCase), $"the bound {text} is no number with a fraction");
        return ReadValue(text);
    }

    private string Unescape(string text, bool knowsQuotes)
    {
        StringBuilder plain = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                Require(text[i] != '"' || !knowsQuotes, "a quote that is not escaped");
                plain.Append(text[i]);
                continue;
            }
            char escaped = ++i < text.Length ? text[i] : '\0';
            Require(escaped is '\\' or 'n' || escaped == '"' && knowsQuotes, $"the escape \\{escaped}");
            plain.Append(escaped == 'n' ? '\n' : escaped);
        }
        return plain.ToString();
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new FormatException($"line {_line}: {otherwise}");
    }

    [GeneratedRegex("^# (HELP|TYPE|UNIT) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$")]
    private static partial Regex Metadata();

    [GeneratedRegex("^[a-zA-Z_:][a-zA-Z0-9_:]*$")]
    private static partial Regex Name();

    [GeneratedRegex("\\G([a-zA-Z_][a-zA-Z0-9_]*)=\"")]
    private static partial Regex LabelStart();

    [GeneratedRegex("^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?$")]
    private static partial Regex Number();
}
