using System.CommandLine.Parsing;
using System.Globalization;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Configuration;

namespace Forewave.Cli.Verbs;

/// <summary>Places in a queue on the command line: <c>earliest</c>, <c>latest</c>, a time or an offset.</summary>
internal static class PlaceParsing
{
    /// <param name="result">What was typed.</param>
    /// <param name="refusal">The number that the broker gives for a place that the queue does not have.</param>
    public static ResetTarget Read(ArgumentResult result, ErrorCode refusal)
    {
        string text = result.Tokens[0].Value;
        if (text is "earliest" or "latest")
            return text == "latest" ? ResetTarget.Latest : ResetTarget.Earliest;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0)
            return ResetTarget.At(new Offset(number));
        if (TimeText.TryParse(text, out var time))
            return ResetTarget.At(time);
        result.AddError(UsageException.Numbered(refusal, $"'{text}' is neither earliest nor latest, no time such as 2026-12-24T18:00:00Z and no offset from 1"));
        return default;
    }
}
