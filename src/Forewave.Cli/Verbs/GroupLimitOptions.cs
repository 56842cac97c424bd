using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>The options of a group's delivery limit.</summary>
internal static class GroupLimitOptions
{
    /// <summary>Messages a second, with a fraction where wanted.</summary>
    public static Option<double?> Rate() => new("--rate")
    {
        Description = "deliveries a second, 0.001 to 1,000,000; 0: no limit", HelpName = "N", CustomParser = ParseRate,
    };

    /// <summary>Messages at once after a pause.</summary>
    public static Option<int?> Burst() => new("--burst")
    {
        Description = "messages at once after a pause; 0: a tenth of a second's", HelpName = "N", CustomParser = ParseMessages,
    };

    /// <summary>Messages that consumers have at once.</summary>
    public static Option<int?> MaxLeased() => new("--max-leased")
    {
        Description = "messages that consumers have at once; 0: no limit", HelpName = "N", CustomParser = ParseMessages,
    };

    private static double? ParseRate(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double rate))
            return rate;
        result.AddError(UsageException.Numbered(ErrorCode.FieldInvalid, $"'{text}' is no rate: messages a second"));
        return null;
    }

    private static int? ParseMessages(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int messages))
            return messages;
        result.AddError(UsageException.Numbered(ErrorCode.FieldInvalid, $"'{text}' is no whole number from 0"));
        return null;
    }
}
