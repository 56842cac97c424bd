using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Configuration;

namespace Forewave.Cli.Verbs;

/// <summary>Arguments and options of the kinds that the command line knows; what cannot be read is wrong usage.</summary>
internal static class Parsing
{
    /// <summary>The name of a queue, as the verb's first argument.</summary>
    public static Argument<QueueName> QueueArgument() => new("QUEUE")
    {
        Description = "the queue's name",
        CustomParser = result => Read<QueueName>(result, QueueName.TryParse, "no name of a queue: [a-z0-9][a-z0-9._-]{0,63}"),
    };

    /// <summary>The name of a queue, as an option.</summary>
    public static Option<QueueName> QueueOption() => new("--queue")
    {
        Description = "the queue's name",
        HelpName = "Q",
        Required = true,
        CustomParser = result => Read<QueueName>(result, QueueName.TryParse, "no name of a queue: [a-z0-9][a-z0-9._-]{0,63}"),
    };

    /// <summary>The name of a queue that need not be given.</summary>
    public static Option<QueueName?> OptionalQueue(string name) => new(name)
    {
        Description = "the queue's name",
        HelpName = "Q",
        CustomParser = result => Read<QueueName>(result, QueueName.TryParse, "no name of a queue: [a-z0-9][a-z0-9._-]{0,63}"),
    };

    /// <summary>A message's id, as the verb's first argument.</summary>
    public static Argument<MessageId> MessageIdArgument() => new("ID")
    {
        Description = "the message's id",
        CustomParser = result => Read<MessageId>(result, static (string text, out MessageId id) => MessageId.TryParse(text, out id), UsageException.Numbered(ErrorCode.MessageIdInvalid, "no message id: such as 0-0000100000000006")),
    };

    /// <summary>The name of a group, as an option.</summary>
    public static Option<GroupName> GroupOption() => new("--group")
    {
        Description = "the consumer group's name",
        HelpName = "G",
        Required = true,
        CustomParser = result => Read<GroupName>(result, GroupName.TryParse, "no name of a group: 1 to 64 bytes without control characters and commas"),
    };

    /// <summary>The name of a group that need not be given.</summary>
    public static Option<GroupName?> OptionalGroup() => new("--group")
    {
        Description = "the consumer group's name",
        HelpName = "G",
        CustomParser = result => Read<GroupName>(result, GroupName.TryParse, "no name of a group: 1 to 64 bytes without control characters and commas"),
    };

    /// <summary>The tag filter of a group.</summary>
    public static Option<TagFilter?> TagFilterOption() => new("--tag")
    {
        Description = "the group's filter: * or a,b",
        HelpName = "EXPR",
        CustomParser = result => Read<TagFilter>(result, TagFilter.TryParse, UsageException.Numbered(ErrorCode.TagInvalid, "no filter: * or up to 64 tags separated by commas")),
    };

    /// <summary>A duration that need not be given.</summary>
    public static Option<TimeSpan?> OptionalDuration(string name, ErrorCode refusal = ErrorCode.FieldInvalid) => new(name)
    {
        HelpName = "DURATION",
        CustomParser = result => Read<TimeSpan>(result, TryDuration, UsageException.Numbered(refusal, "no duration: 500ms, 5s, 30m, 2h or 7d")),
    };

    /// <summary>The option with a description.</summary>
    public static Option<T> Saying<T>(this Option<T> option, string description)
    {
        option.Description = description;
        return option;
    }

    /// <summary>The argument with a description.</summary>
    public static Argument<T> Saying<T>(this Argument<T> argument, string description)
    {
        argument.Description = description;
        return argument;
    }

    /// <summary>An instant that need not be given.</summary>
    public static Option<DateTimeOffset?> OptionalTime(string name, ErrorCode refusal = ErrorCode.FieldInvalid) => new(name)
    {
        HelpName = "TIME",
        CustomParser = result => Read<DateTimeOffset>(result, TimeText.TryParse, UsageException.Numbered(refusal, "no time: RFC 3339, such as 2026-12-24T18:00:00Z, with Z or an offset")),
    };

    /// <summary>A whole number from 1.</summary>
    public static Option<long> Count(string name, long value = 0) => new(name)
    {
        HelpName = "N",
        Required = value == 0,
        DefaultValueFactory = value == 0 ? null : _ => value,
        CustomParser = result => Read<long>(result, TryCount, "no whole number from 1"),
    };

    /// <summary>A whole number from 1 that need not be given.</summary>
    public static Option<long?> OptionalCount(string name) => new(name)
    {
        HelpName = "N",
        CustomParser = result => Read<long>(result, TryCount, UsageException.Numbered(ErrorCode.FieldInvalid, "no whole number from 1")),
    };

    /// <summary>A whole number that need not be given.</summary>
    public static Option<int?> OptionalNumber(string name, ValueRange<int> range) => new(name)
    {
        HelpName = "N",
        CustomParser = result => Read<int>(result, (string text, out int value) => int.TryParse(text, NumberStyles.None, Plain, out value) && range.Has(value), UsageException.Numbered(ErrorCode.FieldInvalid, $"no whole number from {range}")),
    };

    /// <summary>Messages a second, with a fraction where wanted, that need not be given.</summary>
    public static Option<double?> OptionalRate(string name, ValueRange<double> range) => new(name)
    {
        HelpName = "N",
        CustomParser = result => Read<double>(
            result,
            (string text, out double value) => double.TryParse(text, NumberStyles.AllowDecimalPoint, Plain, out value) && range.Has(value),
            UsageException.Numbered(ErrorCode.FieldInvalid, $"no rate: messages a second, {range}")),
    };

    /// <summary>A durability that need not be given.</summary>
    public static Option<Durability?> OptionalDurability(string name) => new(name)
    {
        HelpName = "WORD",
        CustomParser = result => Read<Durability>(result, DurabilityText.TryParse, UsageException.Numbered(ErrorCode.FieldInvalid, $"none of {DurabilityText.Choices}")),
    };

    /// <summary>A path that need not be given.</summary>
    public static Option<string?> OptionalPath(string name) => new(name) { CustomParser = result => Read<string>(result, TryText, "no path") };

    /// <summary>A text that need not be given; when it is, it is not empty: an empty variable of a script is no key.</summary>
    public static Option<string?> OptionalText(string name) => new(name) { CustomParser = ReadText };

    /// <summary>The same, as often as wanted.</summary>
    public static Option<string[]> Texts(string name) => new(name)
    {
        CustomParser = result =>
        {
            if (result.Tokens.Any(token => token.Value.Length == 0))
                result.AddError("it is empty: leave it out, or say what it is");
            return [.. result.Tokens.Select(token => token.Value)];
        },
    };

    /// <summary><c>true</c> or <c>false</c>, that need not be given.</summary>
    public static Option<Toggle?> OptionalToggle(string name) => new(name) { HelpName = "BOOL", CustomParser = result => OneOf<Toggle>(result) };

    /// <summary>A place in a list of dead letters.</summary>
    public static Argument<DeadPlace> DeadPlaceArgument() => new("PLACE")
    {
        CustomParser = result => Read<DeadPlace>(result, DeadPlace.TryParse, NoPlace),
    };

    /// <summary>The same, as many as wanted.</summary>
    public static Argument<DeadPlace[]> DeadPlacesArgument() => new("PLACE")
    {
        Arity = ArgumentArity.ZeroOrMore,
        CustomParser = static result =>
        {
            foreach (var token in result.Tokens)
            {
                if (!DeadPlace.TryParse(token.Value, out _))
                    result.AddError($"'{token.Value}' is {NoPlace}");
            }
            return [.. result.Tokens.Select(static token => DeadPlace.TryParse(token.Value, out var place) ? place : default)];
        },
    };

    /// <summary>An operation on dead letters.</summary>
    public static Argument<DeadOperationId> DeadOperationArgument() => new("OPERATION")
    {
        CustomParser = result => Read<DeadOperationId>(
            result, (string text, out DeadOperationId id) => DeadOperationId.TryParse(text, out id!), "no whole number from 1, nor such as 1-12 or 0-12,1-9"),
    };

    /// <summary>One of the names of an enumeration, in lower case.</summary>
    public static T OneOf<T>(ArgumentResult result)
        where T : struct, Enum
    {
        return Read<T>(result, TryName, NoneOf<T>());
    }

    /// <summary>What is wrong with a text that <see cref="TryName"/> does not take.</summary>
    public static string NoneOf<T>()
        where T : struct, Enum
        => "none of " + string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()));

    /// <summary>Reads one of the names of an enumeration, in any case; a number is none.</summary>
    public static bool TryName<T>(string text, out T value)
        where T : struct, Enum
    {
        string? name = Enum.GetNames<T>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = name is null ? default : Enum.Parse<T>(name);
        return name is not null;
    }

    private const string NoPlace = "no whole number from 1, nor one with its partition, such as 1-17";

    private static CultureInfo Plain => CultureInfo.InvariantCulture;

    private delegate bool TryRead<T>(string text, out T value);

    private static T Read<T>(ArgumentResult result, TryRead<T> read, string problem)
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
        if (read(text, out var value))
            return value;
        result.AddError($"'{text}' is {problem}");
        return default!;
    }

    private static bool TryDuration(string text, out TimeSpan value) => DurationText.TryParse(text, out value);

    private static bool TryCount(string text, out long value) => long.TryParse(text, NumberStyles.None, Plain, out value) && value > 0;

    private static bool TryText(string text, out string value)
    {
        value = text;
        return text.Length > 0;
    }

    private static string? ReadText(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (text.Length == 0)
            result.AddError("it is empty: leave it out, or say what it is");
        return text;
    }
}
