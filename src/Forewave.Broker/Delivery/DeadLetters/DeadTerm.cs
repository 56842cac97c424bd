using System.Globalization;
using System.Text;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>One term of a <see cref="DeadFilter"/>. Immutable.</summary>
internal sealed record DeadTerm
{
    private const string HeaderPrefix = "header.";
    private static readonly string[] Signs = [">=", "<=", "!=", "=", "~", ">", "<"];
    private static readonly string[] TimeForms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>What is looked at.</summary>
    public required string Field { get; init; }

    /// <summary>How it is compared.</summary>
    public required string Sign { get; init; }

    /// <summary>What with.</summary>
    public required string Text { get; init; }

    /// <summary>The same where the field is a number or a time.</summary>
    public long Number { get; init; }

    /// <summary>It looks at the message, not at what became of it.</summary>
    public bool IsOfMessage => Field is "tag" or "key" or "order" or "priority" || Field.StartsWith(HeaderPrefix, StringComparison.Ordinal);

    private bool IsNumber => Field is "died" or "published" or "attempts" or "offset" or "priority";

    /// <summary>Reads a term.</summary>
    public static bool TryParse(string token, out DeadTerm term, out string problem)
    {
        int at = token.AsSpan().IndexOfAny("=~<>!");
        string sign = at > 0 ? Signs.FirstOrDefault(one => token.AsSpan(at).StartsWith(one, StringComparison.Ordinal)) ?? "" : "";
        term = new DeadTerm
        {
            Field = at > 0 ? token[..at] : "", Sign = sign, Text = sign.Length > 0 ? token[(at + sign.Length)..] : "",
        };
        problem = term.Problem();
        if (problem.Length > 0)
            return false;
        if (!term.IsNumber)
            return true;
        bool read = term.TryNumber(out long number);
        term = term with { Number = number };
        problem = read ? "" : $"'{term.Text}' is no {(term.Field is "died" or "published" ? "time such as 2026-12-24T18:00:00Z" : "number")}";
        return read;
    }

    /// <summary>Whether it holds for what became of a message.</summary>
    public bool Takes(DeadLetterRecord letter) => Field switch
    {
        "reason" => Takes(letter.Reason),
        "consumer" when Sign == "!=" => letter.History.All(attempt => Takes(attempt.Consumer)),
        "consumer" => letter.History.Any(attempt => Takes(attempt.Consumer)),
        "died" => Takes(letter.DeathTime),
        "published" => Takes(letter.PublishTime),
        "attempts" => Takes(letter.History.Count == 0 ? 0 : letter.History[^1].Attempt),
        _ => Takes(letter.Offset),
    };

    /// <summary>Whether it holds for a message.</summary>
    public bool Takes(in MessageView message)
    {
        switch (Field)
        {
            case "tag":
                return Takes(Encoding.UTF8.GetString(message.Tag));
            case "order":
                return Takes(Encoding.UTF8.GetString(message.OrderingKey));
            case "priority":
                return Takes(message.Priority);
            case "key":
                return TakesAnyKey(message);
            default:
                return TakesHeader(message);
        }
    }

    private string Problem()
    {
        bool known = Field is "reason" or "consumer" || IsNumber || IsOfMessage && Field.Length > 0 && Field != HeaderPrefix;
        if (!known || Sign.Length == 0)
            return "a term is reason, consumer, died, published, attempts, offset, tag, key, order, priority or header.NAME, then = != ~ < <= > >= and a value";
        bool fits = IsNumber ? Sign != "~" : Sign is "=" or "!=" or "~";
        return fits ? "" : $"'{Field}' is not compared by '{Sign}'";
    }

    private bool TryNumber(out long number)
    {
        if (Field is not ("died" or "published"))
            return long.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        // With an offset always: a time without one would mean another instant on each machine.
        bool hasOffset = Text.EndsWith('Z') || Text is [.., '+' or '-', _, _, ':', _, _];
        bool read = DateTimeOffset.TryParseExact(Text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && hasOffset;
        number = read ? time.ToUnixTimeMilliseconds() : 0;
        return read;
    }

    private bool Takes(string value) => Sign switch
    {
        "=" => value == Text,
        "!=" => value != Text,
        _ => value.Contains(Text, StringComparison.OrdinalIgnoreCase),
    };

    private bool Takes(long value) => Sign switch
    {
        "=" => value == Number,
        "!=" => value != Number,
        "<" => value < Number,
        "<=" => value <= Number,
        ">" => value > Number,
        _ => value >= Number,
    };

    private bool TakesAnyKey(in MessageView message)
    {
        bool isNot = Sign == "!=";
        foreach (var key in message.Keys)
        {
            if (Takes(Encoding.UTF8.GetString(key)) != isNot)
                return !isNot;
        }
        return isNot;
    }

    private bool TakesHeader(in MessageView message)
    {
        foreach (var header in message.Headers)
        {
            if (Encoding.UTF8.GetString(header.Name) == Field[HeaderPrefix.Length..])
                return Takes(Encoding.UTF8.GetString(header.Value));
        }
        return Sign == "!=";
    }
}
