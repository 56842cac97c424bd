using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Bench.MySql;

/// <summary>
/// Which messages come together: groups of so many, dealt to the queues in turn, a run for each queue and at most 100 messages, as an
/// SDK's batches bring them.
/// </summary>
internal sealed class MessageGroups(BenchOptions options)
{
    private const int MostInRun = 100;

    private readonly long[] _ends = new long[options.Queues];
    private ulong _position;
    private int _next;

    /// <summary>The position after which the second half stands.</summary>
    public LogPosition Middle => LogPosition.FromBits((ulong)options.Messages / 2);

    /// <summary>The runs of the next group.</summary>
    public List<QueueRun> Next(int left)
    {
        var runs = new List<QueueRun>();
        int inRun = Math.Clamp(left / options.Queues, 1, MostInRun);
        while (left > 0)
        {
            int count = Math.Min(inRun, left);
            runs.Add(new QueueRun(_next, _ends[_next] + 1, count, LogPosition.FromBits(_position + 1)));
            _ends[_next] += count;
            _position += (ulong)count;
            left -= count;
            _next = (_next + 1) % options.Queues;
        }

        return runs;
    }

    /// <summary>The header of a run's record.</summary>
    public static RecordHeader HeaderOf(in QueueRun run) => new()
    {
        Type = RecordType.Published,
        Position = run.Position,
        Count = run.Count,
        Time = new Timestamp(1_795_000_000_000),
        Queue = (uint)run.Queue + 1,
        Source = 1,
        Sequence = run.Position.Bits,
    };
}
