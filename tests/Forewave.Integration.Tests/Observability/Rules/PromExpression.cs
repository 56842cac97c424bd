using System.Globalization;
using System.Text.RegularExpressions;

namespace Forewave.Integration.Tests.Observability.Rules;

/// <summary>
/// Reads an expression of PromQL: enough of it for the rules and the dashboard here, and strict about that. Finds which metrics it reads
/// and how, and by which labels it adds up. One use.
/// </summary>
internal sealed partial class PromExpression
{
    private static readonly string[] Aggregations = ["sum", "min", "max", "avg", "count", "topk", "bottomk", "quantile"];
    private static readonly string[] WithParameter = ["topk", "bottomk", "quantile"];
    private static readonly string[] OverTime = ["rate", "increase", "irate", "delta", "deriv", "predict_linear", "max_over_time", "avg_over_time"];
    private static readonly Dictionary<string, int> Functions = new()
    {
        ["rate"] = 1, ["increase"] = 1, ["irate"] = 1, ["delta"] = 1, ["deriv"] = 1, ["predict_linear"] = 2, ["max_over_time"] = 1, ["avg_over_time"] = 1,
        ["histogram_quantile"] = 2, ["absent"] = 1, ["abs"] = 1, ["clamp_min"] = 2, ["time"] = 0,
    };

    private static readonly string[][] Operators = [["or"], ["and", "unless"], ["==", "!=", "<=", "<", ">=", ">"], ["+", "-"], ["*", "/", "%"]];

    private readonly List<PromToken> _tokens = [];
    private readonly List<PromUse> _uses = [];
    private readonly List<string> _grouping = [];
    private int _at;

    private PromExpression(string text)
    {
        int from = 0;
        while (from < text.Length)
        {
            var match = Token().Match(text, from);
            if (!match.Success)
                throw new FormatException($"'{text[from..]}' begins with no word");
            from += match.Length;
            if (match.Groups["duration"].Success)
                _tokens.Add(new PromToken(PromTokenKind.Duration, match.Value));
            else if (match.Groups["number"].Success)
                _tokens.Add(new PromToken(PromTokenKind.Number, match.Value));
            else if (match.Groups["name"].Success)
                _tokens.Add(new PromToken(PromTokenKind.Name, match.Value));
            else if (match.Groups["text"].Success)
                _tokens.Add(new PromToken(PromTokenKind.Text, match.Value[1..^1]));
            else if (match.Groups["sign"].Success)
                _tokens.Add(new PromToken(PromTokenKind.Sign, match.Value));
        }
    }

    /// <summary>What it reads.</summary>
    public IReadOnlyList<PromUse> Uses => _uses;

    /// <summary>The labels that it adds up by, or joins on.</summary>
    public IReadOnlyList<string> Grouping => _grouping;

    private PromToken Current => _at < _tokens.Count ? _tokens[_at] : default;

    /// <summary>Reads a whole expression.</summary>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static PromExpression Parse(string text)
    {
        PromExpression expression = new(text);
        expression.ReadBinary(0);
        return expression.Current.Kind == PromTokenKind.End ? expression : throw new FormatException($"'{expression.Current.Text}' is too much in '{text}'");
    }

    private void ReadBinary(int level)
    {
        if (level == Operators.Length)
        {
            ReadUnary();
            return;
        }
        ReadBinary(level + 1);
        while (Current.Kind is PromTokenKind.Sign or PromTokenKind.Name && Operators[level].Contains(Current.Text))
        {
            _at++;
            if (level == 2)
                TryTake("bool");
            if (TryTake("on") || TryTake("ignoring"))
                _grouping.AddRange(ReadNames());
            if (TryTake("group_left") || TryTake("group_right"))
                _grouping.AddRange(ReadNames());
            ReadBinary(level + 1);
        }
    }

    private void ReadUnary()
    {
        if (!TryTake("-"))
            TryTake("+");
        if (TryTake("("))
        {
            ReadBinary(0);
            Take(")");
        }
        else if (Current.Kind == PromTokenKind.Number)
        {
            _ = double.Parse(Current.Text, CultureInfo.InvariantCulture);
            _at++;
        }
        else if (Current.Kind == PromTokenKind.Name)
        {
            ReadNamed();
        }
        else
        {
            throw new FormatException($"'{Current.Text}' is no value");
        }
    }

    private void ReadNamed()
    {
        string name = Current.Text;
        _at++;
        if (Aggregations.Contains(name) && Current.Text is "(" or "by" or "without")
            ReadAggregation(name);
        else if (Current is { Kind: PromTokenKind.Sign, Text: "(" })
            ReadFunction(name);
        else
            ReadSelector(name, over: null);
    }

    private void ReadAggregation(string name)
    {
        bool isGrouped = ReadGrouping();
        Take("(");
        if (WithParameter.Contains(name))
        {
            ReadBinary(0);
            Take(",");
        }
        ReadBinary(0);
        Take(")");
        if (!isGrouped)
            ReadGrouping();
    }

    private bool ReadGrouping()
    {
        if (!TryTake("by") && !TryTake("without"))
            return false;
        _grouping.AddRange(ReadNames());
        return true;
    }

    private void ReadFunction(string name)
    {
        if (!Functions.TryGetValue(name, out int arguments))
            throw new FormatException($"there is no function {name}");
        Take("(");
        for (int i = 0; i < arguments; i++)
        {
            if (i > 0)
                Take(",");
            if (i == 0 && OverTime.Contains(name))
            {
                string metric = Current.Kind == PromTokenKind.Name ? Current.Text : throw new FormatException($"{name} wants a metric over a time");
                _at++;
                ReadSelector(metric, name);
            }
            else
            {
                ReadBinary(0);
            }
        }
        Take(")");
    }

    private void ReadSelector(string metric, string? over)
    {
        List<string> labels = [];
        if (TryTake("{"))
        {
            while (!TryTake("}"))
            {
                if (labels.Count > 0)
                    Take(",");
                labels.Add(Take(PromTokenKind.Name));
                if (!TryTake("=") && !TryTake("!=") && !TryTake("=~") && !TryTake("!~"))
                    throw new FormatException($"the label {labels[^1]} is compared with '{Current.Text}'");
                Take(PromTokenKind.Text);
            }
        }
        if (TryTake("["))
        {
            Take(PromTokenKind.Duration);
            Take("]");
            if (over is null)
                throw new FormatException($"{metric} over a time is for a function that wants that");
        }
        else if (over is not null)
        {
            throw new FormatException($"{over} wants {metric} over a time");
        }
        _uses.Add(new PromUse(metric) { Labels = labels, Over = over });
    }

    private List<string> ReadNames()
    {
        List<string> names = [];
        Take("(");
        while (!TryTake(")"))
        {
            if (names.Count > 0)
                Take(",");
            names.Add(Take(PromTokenKind.Name));
        }
        return names;
    }

    private bool TryTake(string text)
    {
        if (Current.Text != text || Current.Kind == PromTokenKind.Text)
            return false;
        _at++;
        return true;
    }

    private void Take(string text)
    {
        if (!TryTake(text))
            throw new FormatException($"'{Current.Text}' stands where '{text}' belongs");
    }

    private string Take(PromTokenKind kind)
    {
        string text = Current.Kind == kind ? Current.Text : throw new FormatException($"'{Current.Text}' is no {kind}");
        _at++;
        return text;
    }

    [GeneratedRegex("""
        \G(?:\s+|(?<duration>(?:[0-9]+(?:ms|s|m|h|d|w|y))+)|(?<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)|(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)|(?<text>"[^"\\]*")|(?<sign>=~|!~|==|!=|<=|>=|[-+*/%<>=(){}\[\],]))
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Token();
}
