using System.Globalization;

namespace Forewave.Bench.Peers;

/// <summary>Reads the command line.</summary>
internal static class OptionReader
{
    public const string Usage = """
        Runs the same workloads against several brokers on this machine and prints a table.

          --peers A,B          nats rabbitmq rabbitmq-streams redis forewave     (all that are installed)
          --workloads A,B      publish-1k publish-100 drain drain-upto both paced     (all)
          --rounds N           each peer runs each workload N times, medians are shown     (3)
          --messages N         of publish-1k, publish-100 and both     (1000000)
          --backlog N          of drain and drain-upto     (1000000)
          --in-flight N        unanswered publishes     (10000)
          --rate N             messages per second of paced     (5000)
          --paced-for 20s      how long paced runs     (20s)
          --quick              1 round of 100000 messages, paced for 5s; an option after it overrides it
          --forewave PROGRAM   (./forewave at the root of the checkout)
          --json FILE          every run of every round, as JSON
        """;

    /// <summary>Throws <see cref="FormatException"/> with a sentence for the user when the arguments are wrong.</summary>
    public static RunOptions Read(IReadOnlyList<string> arguments)
    {
        var options = new RunOptions();
        for (var index = 0; index < arguments.Count; index++)
        {
            var name = arguments[index];
            if (name == "--quick")
            {
                options = options with { Rounds = 1, Messages = 100_000, Backlog = 100_000, PacedFor = TimeSpan.FromSeconds(5) };
                continue;
            }

            if (++index == arguments.Count)
            {
                throw new FormatException($"{name} needs a value, or is unknown.");
            }

            options = With(options, name, arguments[index]);
        }

        return options;
    }

    private static RunOptions With(RunOptions options, string name, string value) => name switch
    {
        "--peers" => options with { Peers = value.Split(',') },
        "--workloads" => options with { Workloads = value.Split(',') },
        "--rounds" => options with { Rounds = Count(name, value) },
        "--messages" => options with { Messages = Count(name, value) },
        "--backlog" => options with { Backlog = Count(name, value) },
        "--in-flight" => options with { InFlight = Count(name, value) },
        "--rate" => options with { RatePerSecond = Count(name, value) },
        "--paced-for" => options with { PacedFor = Seconds(name, value) },
        "--forewave" => options with { ForewaveProgram = value },
        "--json" => options with { JsonFile = value },
        _ => throw new FormatException($"{name} is unknown."),
    };

    private static int Count(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new FormatException($"{name} takes a number above 0, not '{value}'.");

    private static TimeSpan Seconds(string name, string value) =>
        value.EndsWith('s') ? TimeSpan.FromSeconds(Count(name, value[..^1])) : throw new FormatException($"{name} takes seconds as in 20s, not '{value}'.");
}
