// The test thread itself steps the loops, so it is the one that can wait: nothing else would finish the tasks.
#pragma warning disable VSTHRD002
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Segments;
using Forewave.Storage.Files.Tests.Engine;
using Forewave.Storage.Files.Tests.PowerLoss;

namespace Forewave.Storage.Files.Tests.Fuzz;

/// <summary>
/// A folder that some lives of a store have left, damaged and opened again. The damaged one may be refused; what it gives back
/// must have been published so.
/// </summary>
internal sealed class FuzzedFolder(int seed)
{
    // What a refusal tells the operator to do begins with one of these words.
    private static readonly string[] Advice = ["Restore ", "Start ", "Restart ", "Give ", "Set ", "check that "];

    private readonly Random _random = new(seed);
    private readonly Dictionary<(uint Queue, ulong Position), byte[]> _published = [];
    private readonly List<Damage> _damages = [];

    /// <summary>Runs it; whether the damaged folder was opened.</summary>
    /// <exception cref="InvalidOperationException">A promise was broken; says which, and what the damage was.</exception>
    public bool Run()
    {
        DiskImage whole = Made();
        Dictionary<uint, QueueReading> before = Opened(whole.ToDisk(), publishes: false) ?? throw new InvalidOperationException("the whole folder was refused");
        DiskImage bent = whole.Copy();
        Bending bending = new(_random, bent);
        for (int count = _random.Next(1, 4); count > 0; count--)
        {
            _damages.Add(bending.Bend());
        }

        try
        {
            MemoryDisk disk = bent.ToDisk();
            Dictionary<uint, QueueReading>? after = Opened(disk, publishes: true);
            if (after is not null)
            {
                new UndamagedPart(whole, _damages).CheckKept(before, after);

                // What was opened once was written anew: whatever it is then, it is no crash.
                Opened(disk, publishes: true);
            }

            return after is not null;
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"{string.Join(", ", _damages)}: {failure.Message}", failure);
        }
    }

    private DiskImage Made()
    {
        MemoryDisk disk = new();
        for (int life = _random.Next(1, 4); life > 0; life--)
        {
            Live(disk);
        }

        return DiskImage.Of(disk);
    }

    private void Live(MemoryDisk disk)
    {
        ProcessDisk process = new(disk, DiskPlant.None);
        SteppedPumps pumps = new();
        FilesStore store = new(OpenStore.Small(process), new TestTime(), pumps);
        ModelEngine engine = new();
        engine.Use(store);
        Finish(pumps, () => store.RecoverAsync(engine, CancellationToken.None).AsTask());
        engine.Started();
        store.Start(engine);
        new PowerLossWorkload(_random, store, engine, new AnswerLedger(), pumps, Note).Run(_random.Next(50, 500));
        if (_random.Next(2) == 0)
        {
            pumps.RunUntilIdle();
            Finish(pumps, () => store.DisposeAsync().AsTask());
        }

        process.End();
    }

    private void Note(Protocol.LogPosition first, RecordDraft draft)
    {
        ReadOnlySpan<byte> rest = draft.Payload.Span;
        for (uint i = 0; draft.Type == RecordType.Published && i < draft.Count; i++)
        {
            int length = RunBuilder.BytesOf(rest, 1);
            _published.Add((draft.Queue, first.Plus(i).Bits), rest[..length].ToArray());
            rest = rest[length..];
        }
    }

    // What is published to a damaged folder once it is open has its own place, whatever was lost before.
    private IEnumerable<(uint Queue, ulong Position)> Publish(FilesStore store, uint queue)
    {
        RecordDraft draft = Drafts.Published(queue, "after", "the damage");
        if (store.TryAppend([draft], out Protocol.LogPosition first) != AppendOutcome.Appended)
        {
            return [];
        }

        Note(first, draft);
        return [(queue, first.Bits), (queue, first.Plus(1).Bits)];
    }

    // All that it gives back; null when it is refused.
    private Dictionary<uint, QueueReading>? Opened(MemoryDisk disk, bool publishes)
    {
        SteppedPumps pumps = new();
        FilesStore store = new(OpenStore.Small(disk), new TestTime(), pumps);
        ModelEngine engine = new() { MayBeDamaged = true };
        engine.Use(store);
        try
        {
            Finish(pumps, () => store.RecoverAsync(engine, CancellationToken.None).AsTask());
            engine.Started();
            store.Start(engine);
            pumps.RunUntilIdle();
            List<(uint Queue, ulong Position)> added = publishes ? [.. engine.States.Keys.SelectMany(queue => Publish(store, queue))] : [];
            pumps.RunUntilIdle();
            engine.Work();
            Dictionary<uint, QueueReading> readings = engine.States.Keys.ToDictionary(queue => queue, queue => Read(store, pumps, queue));
            foreach ((uint queue, ulong position) in added.Where(message => readings[message.Queue].Refusal is null))
            {
                if (!readings[queue].Messages.ContainsKey(position))
                {
                    throw new InvalidOperationException($"queue {queue} lost {position:x16}, which was published after the damage");
                }
            }

            return readings;
        }
        catch (StoreException refusal)
        {
            CheckAdvice(refusal);
            return null;
        }
        finally
        {
            store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private QueueReading Read(FilesStore store, SteppedPumps pumps, uint queue)
    {
        QueueReading reading = QueueReading.Of(store, pumps, queue);
        if (reading.Refusal is { } refusal)
        {
            CheckAdvice(refusal);
        }

        foreach ((ulong position, byte[] bytes) in reading.Messages)
        {
            if (!_published.TryGetValue((queue, position), out byte[]? expected))
            {
                throw new InvalidOperationException($"queue {queue} gave {position:x16}, which was never published there");
            }

            if (!bytes.AsSpan().SequenceEqual(expected))
            {
                throw new InvalidOperationException($"queue {queue}: {position:x16} has other bytes than were published");
            }
        }

        return reading;
    }

    private static void CheckAdvice(StoreException refusal)
    {
        if (!Advice.Any(advice => refusal.Message.Contains(advice, StringComparison.Ordinal)))
        {
            throw new InvalidOperationException($"does not say what to do: {refusal.Message}", refusal);
        }
    }

    private static void Finish(SteppedPumps pumps, Func<Task> work)
    {
        Task? running = null;
        pumps.RunToEnd(() => running = work());
        running?.GetAwaiter().GetResult();
    }
}
