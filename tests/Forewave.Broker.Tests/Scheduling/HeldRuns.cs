using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Scheduling;

/// <summary>Lends runs of one message, and knows how many bytes are lent.</summary>
internal sealed class HeldRuns
{
    /// <summary>Bytes lent now.</summary>
    public long Bytes { get; private set; }

    /// <summary>Most bytes that were ever lent.</summary>
    public long MostBytes { get; private set; }

    /// <summary>Lends the run with the message at an offset, whose position has the same number.</summary>
    public StoredRun Lend(Offset offset, byte[] message)
    {
        Bytes += message.Length;
        MostBytes = Math.Max(MostBytes, Bytes);
        var header = new RecordHeader { Type = RecordType.Published, Position = new LogPosition(new Epoch(1), (ulong)offset.Value), Count = 1, Time = default };
        return new StoredRun(header, offset, 1, message, new Lent(this, message.Length));
    }

    private sealed class Lent(HeldRuns runs, int bytes) : IStoredRunOwner
    {
        public void Release() => runs.Bytes -= bytes;
    }
}
