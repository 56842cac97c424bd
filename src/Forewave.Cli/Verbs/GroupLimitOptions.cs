using System.CommandLine;

namespace Forewave.Cli.Verbs;

/// <summary>The options of a group's delivery limit.</summary>
internal static class GroupLimitOptions
{
    private const int MostMessages = 1_000_000;

    /// <summary>Messages a second, with a fraction where wanted.</summary>
    public static Option<double?> Rate() => Parsing.OptionalRate("--rate", new() { Least = 0.001, Most = 1_000_000, OrZero = true })
        .Saying("deliveries a second, 0.001 to 1,000,000; 0: no limit");

    /// <summary>Messages at once after a pause.</summary>
    public static Option<int?> Burst() => Parsing.OptionalNumber("--burst", new() { Least = 0, Most = MostMessages })
        .Saying("messages at once after a pause; 0: a tenth of a second's");

    /// <summary>Messages that consumers have at once.</summary>
    public static Option<int?> MaxLeased() => Parsing.OptionalNumber("--max-leased", new() { Least = 0, Most = MostMessages })
        .Saying("messages that consumers have at once; 0: no limit");
}
