using System.Globalization;
using Forewave.Storage.MySql.Connections;

namespace Forewave.Bench.MySql;

/// <summary>What a run is asked for.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        Forewave.Bench.MySql probe|naive|log|direct --socket PATH [--messages N] [--size BYTES] [--queues Q] [--group N] [--rate N] [--connections N]
          probe    bulk inserts into one table, in transactions of --group rows
          naive    one table: single inserts, SELECT … FOR UPDATE SKIP LOCKED and DELETE by --connections each
          log      groups into the log table, and a mover beside that takes them to the queues' tables
          direct   groups into the queues' tables
        With --rate a group is what came while the one before was committed, at most --group.
        As root without a password; makes and drops databases named bench and bench_log. Prints JSON.
        """;

    public required string Mode { get; init; }

    public required string Socket { get; init; }

    public int Messages { get; init; } = 200_000;

    public int SizeBytes { get; init; } = 1024;

    public int Queues { get; init; } = 1;

    public int Group { get; init; } = 1_000;

    /// <summary>Messages that come in a second; 0: as many as are taken.</summary>
    public int Rate { get; init; }

    public int Connections { get; init; } = 4;

    public ConnectionOptions Connection => new() { Socket = Socket, User = "root", Tls = TlsMode.Off };

    /// <exception cref="FormatException">Wrong usage.</exception>
    public static BenchOptions Read(string[] arguments)
    {
        if (arguments.Length % 2 == 0)
        {
            throw new FormatException("a mode, and a value for each option");
        }

        var options = new BenchOptions { Mode = arguments[0], Socket = "" };
        foreach (string[] pair in arguments.Skip(1).Chunk(2))
        {
            options = pair[0] switch
            {
                "--socket" => options with { Socket = pair[1] },
                "--messages" => options with { Messages = Number(pair[1]) },
                "--size" => options with { SizeBytes = Number(pair[1]) },
                "--queues" => options with { Queues = Number(pair[1]) },
                "--group" => options with { Group = Number(pair[1]) },
                "--rate" => options with { Rate = Number(pair[1]) },
                "--connections" => options with { Connections = Number(pair[1]) },
                _ => throw new FormatException($"{pair[0]} is no option"),
            };
        }

        return options;
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : throw new FormatException($"'{text}' is no number from 1 on");
}
