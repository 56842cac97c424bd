using System.Globalization;

namespace Forewave.Bench.Probes;

/// <summary>Reads the command line.</summary>
internal static class OptionReader
{
    public const string Usage = """
        Measures what this machine can do at best: write + sync, loopback, round trip, CRC-32C.

          [PROBE…]          names or their beginnings, as in: append recycled-4k     (all)
          --folder DIR      where the files of the disk probes go     (the current folder)
          --rounds N        each probe runs N times, medians are shown     (5)
          --seconds N       length of one round     (1)
          --json            every round and the medians as JSON instead of a table
        """;

    /// <summary>Throws <see cref="FormatException"/> with a sentence for the user when the arguments are wrong.</summary>
    public static RunOptions Read(IReadOnlyList<string> arguments)
    {
        var options = new RunOptions();
        for (var index = 0; index < arguments.Count; index++)
        {
            var name = arguments[index];
            if (!name.StartsWith('-'))
            {
                options = options with { Probes = [.. options.Probes, name] };
            }
            else if (name == "--json")
            {
                options = options with { Json = true };
            }
            else if (++index == arguments.Count)
            {
                throw new FormatException($"{name} needs a value, or is unknown.");
            }
            else
            {
                options = With(options, new(name, arguments[index]));
            }
        }

        return options;
    }

    private static RunOptions With(RunOptions options, KeyValuePair<string, string> option) => option.Key switch
    {
        "--folder" => options with { Folder = option.Value },
        "--rounds" => options with { Rounds = Count(option) },
        "--seconds" => options with { Length = TimeSpan.FromSeconds(Count(option)) },
        _ => throw new FormatException($"{option.Key} is unknown."),
    };

    private static int Count(KeyValuePair<string, string> option) =>
        int.TryParse(option.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw new FormatException($"{option.Key} takes a number above 0, not '{option.Value}'.");
}
