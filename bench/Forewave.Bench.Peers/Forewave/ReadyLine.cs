using System.Globalization;

namespace Forewave.Bench.Peers.Forewave;

/// <summary><c>forewave ready listen=HOST:PORT http=HOST:PORT pid=N</c></summary>
internal readonly record struct ReadyLine
{
    public required string Server { get; init; }

    public required int ProcessId { get; init; }

    public static ReadyLine Parse(string line)
    {
        var fields = line.Split(' ').Where(word => word.Contains('=')).Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return new ReadyLine { Server = fields["listen"], ProcessId = int.Parse(fields["pid"], CultureInfo.InvariantCulture) };
    }
}
