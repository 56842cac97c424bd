using System.CommandLine;
using Forewave.Cli.Bench;

namespace Forewave.Cli.Verbs;

/// <summary>Options that several benchmarks share.</summary>
internal static class BenchOptions
{
    /// <summary><c>--messages</c>, where it must be given.</summary>
    public static Option<long> Messages() => Parsing.Count("--messages").Saying("how many");

    /// <summary><c>--size</c>.</summary>
    public static Option<int?> Size()
    {
        var size = Parsing.OptionalNumber("--size", new() { Least = BenchMessage.MinBytes, Most = 4_000_000 }).Saying("of each body");
        (size.HelpName, size.Required) = ("BYTES", true);
        return size;
    }

    /// <summary><c>--producers</c>, a total, each with a connection of its own.</summary>
    public static Option<long> Producers() => AtMost(Parsing.Count("--producers", 1), 65_536).Saying("in all, each with a connection of its own");

    /// <summary><c>--rate</c>; absent: as fast as it goes.</summary>
    public static Option<long?> Rate() => Parsing.OptionalCount("--rate").Saying("messages a second; else as fast as it goes");

    /// <summary><c>--warmup</c>, of paced runs.</summary>
    public static Option<TimeSpan?> Warmup()
    {
        var warmup = Parsing.OptionalDuration("--warmup");
        warmup.Description = "of a paced run, unmeasured, on a queue of its own that is deleted afterwards; 0s: none [default: 3s]";
        return warmup;
    }

    /// <summary>What <c>--warmup</c> says, or the default of paced runs.</summary>
    /// <exception cref="UsageException">There is no rate, or it is too long.</exception>
    public static TimeSpan WarmupOf(TimeSpan? warmup, long? rate)
    {
        if (warmup is not null && rate is null)
            throw new UsageException("--warmup is for paced runs: give a --rate");
        if (warmup > BenchWarmup.Longest)
            throw new UsageException($"--warmup is at most {BenchWarmup.Longest.TotalHours} h");
        return rate is null ? TimeSpan.Zero : warmup ?? BenchWarmup.Default;
    }

    /// <summary><c>--queues</c>: Q-0 to Q-(M−1).</summary>
    public static Option<long?> Queues() => Parsing.OptionalCount("--queues").Saying("M queues, Q-0 to Q-(M-1), in turn");

    /// <summary><c>--ordering-keys</c>: messages have them in turn, those of one are checked for order.</summary>
    public static Option<long?> OrderingKeys() => AtMost(Parsing.OptionalCount("--ordering-keys"), 10_000_000).Saying("messages have so many ordering keys in turn");

    /// <summary><c>--priorities</c>: messages have 0 to N−1 in turn, those of one are checked for order.</summary>
    public static Option<long?> Priorities() => AtMost(Parsing.OptionalCount("--priorities"), 10).Saying("messages have priorities 0 to N-1 in turn");

    /// <summary><c>--traced</c>: every Nth publish has a span, and its message the trace.</summary>
    public static Option<long?> Traced() => Parsing.OptionalCount("--traced").Saying("every Nth publish has a span, whose trace is recorded");

    /// <summary>The same option with an upper bound.</summary>
    public static Option<T> AtMost<T>(Option<T> option, long most)
    {
        option.Validators.Add(result =>
        {
            // What is no number is told by its parser, and has no value to compare.
            if (!result.Errors.Any() && result.Tokens is [var token] && long.TryParse(token.Value, out long value) && value > most)
                result.AddError($"'{value}' is more than {most}");
        });
        return option;
    }
}
