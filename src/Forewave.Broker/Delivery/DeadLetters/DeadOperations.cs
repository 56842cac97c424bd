using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>
/// The operations on the dead letters of one group that are running, and the number of the next one. Of one that ended the trail tells.
/// Changed by records alone. For the loop alone.
/// </summary>
internal sealed class DeadOperations
{
    private readonly SortedDictionary<ulong, DeadOperation> _running = [];

    /// <summary>The number that the next one gets.</summary>
    public ulong Next { get; private set; } = 1;

    /// <summary>Those that are running, oldest first.</summary>
    public IReadOnlyCollection<DeadOperation> Running => _running.Values;

    /// <summary>The running one with a number; null: there is none.</summary>
    public DeadOperation? Find(ulong number) => _running.GetValueOrDefault(number);

    /// <summary>Does what a DeadOperated record says.</summary>
    public void Apply(ulong number, DeadOperatedRecord record)
    {
        Next = Math.Max(Next, number + 1);
        if (record is { Step: DeadStep.Begun, Operation: { } begun })
            _running[number] = begun;
        else if (record.Step == DeadStep.Ended)
            _running.Remove(number);
        else if (record.Page is { } page && _running.TryGetValue(number, out var running))
            _running[number] = After(running, page);
    }

    /// <summary>An operation after one more page.</summary>
    public static DeadOperation After(DeadOperation operation, DeadPageTaken page) => operation with
    {
        After = page.After, Scanned = operation.Scanned + page.Scanned, Messages = operation.Messages + page.Places.Count,
    };

    /// <summary>Writes it into a checkpoint.</summary>
    public void Write(RecordWriter writer)
    {
        writer.UInt64(Next);
        writer.UInt32((uint)_running.Count);
        foreach (var operation in _running.Values)
        {
            writer.UInt64(operation.Number);
            DeadOperatedRecord.WriteOperation(operation, writer);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader reader)
    {
        Next = reader.UInt64();
        for (int i = reader.Count(); i > 0; i--)
        {
            ulong number = reader.UInt64();
            _running[number] = DeadOperatedRecord.ReadOperation(number, ref reader);
        }
    }
}
