// The test thread itself steps the loops, so it is the one that can wait: nothing else would finish the tasks.
#pragma warning disable VSTHRD002
using Forewave.Protocol;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>
/// Several lives of a store on one machine, each ended by a power loss, a kill or a close at a random moment, recovery
/// included; after each the state is compared with what was appended. Everything depends on the seed.
/// </summary>
internal sealed class PowerLossScenario
{
    private readonly Random _random;
    private readonly DiskPlant _plant;
    private readonly List<HistoryRecord> _history = [];
    private readonly HashSet<ulong> _given = [];
    private PowerLossDisk _machine;
    private bool _wasKilled;
    private LogPosition _answered;
    private LogPosition _delivered;

    public PowerLossScenario(int seed, DiskPlant plant)
    {
        _random = new Random(seed);
        _plant = plant;
        _machine = new PowerLossDisk(seed);
    }

    /// <summary>Delivers records as soon as they are appended: a fault of an engine, for the checker to notice.</summary>
    public bool DeliversUncommitted { get; init; }

    public static void Run(int seed) => new PowerLossScenario(seed, DiskPlant.None).Run();

    public void Run()
    {
        for (int life = _random.Next(2, 6); life > 0; life--)
        {
            Live(mayCrash: true);
        }

        Live(mayCrash: false);
    }

    private void Live(bool mayCrash)
    {
        ProcessDisk process = new(_machine, _plant);
        // After a kill the cache still holds what was never synced; a power loss in the recovery then is the hardest case.
        bool isRecoveryHit = _random.Next(4) == 0 || (_wasKilled && _random.Next(2) == 0);
        bool losesPower = _random.Next(3) > 0 || (_wasKilled && isRecoveryHit);
        int left = isRecoveryHit ? _random.Next(1, 40) : _random.Next(20, 400);
        if (mayCrash)
        {
            process.BeforeChange = () =>
            {
                if (--left == 0)
                {
                    End(process, losesPower);
                }
            };
        }

        SteppedPumps pumps = new();
        FilesStore store = new(OpenStore.Small(process), new TestTime(), pumps);
        ModelEngine engine = new();
        AnswerLedger answers = new();
        bool isOver = false;
        try
        {
            engine.Use(store);
            Finish(() => store.RecoverAsync(engine, CancellationToken.None).AsTask(), pumps);
            Check(store, engine, pumps);
            engine.Started();
            store.Start(engine);
            new PowerLossWorkload(_random, store, engine, answers, pumps, Append).Run(mayCrash ? _random.Next(20, 300) : 50);
            isOver = _random.Next(3) == 0;
            if (isOver)
            {
                Finish(() => store.DisposeAsync().AsTask(), pumps);
            }
        }
        catch (Exception end) when (IsEnd(end))
        {
            isOver = false;
        }

        if (answers.Violation is { } violation)
        {
            throw violation;
        }

        _answered = Later(_answered, answers.Answered);
        _delivered = Later(_delivered, DeliversUncommitted && _history.Count > 0 ? _history[^1].Last : engine.Delivered);
        process.End();
        _wasKilled = !isOver && !losesPower;
        if (_machine.IsPowerLost || (!isOver && losesPower))
        {
            _machine = _machine.PowerLoss(_random.Next(1000));
        }
    }

    private void End(ProcessDisk process, bool losesPower)
    {
        if (losesPower)
        {
            _machine.CutPower();
        }
        else
        {
            process.End();
        }
    }

    private static bool IsEnd(Exception end) =>
        end is PowerLostException or ProcessEndedException
        || (end is StoreException { Error: ErrorCode.PartitionStopped, InnerException: { } cause } && IsEnd(cause));

    private void Append(LogPosition first, RecordDraft draft)
    {
        for (ulong i = 0; i < (ulong)draft.Count; i++)
        {
            if (!_given.Add(first.Plus(i).Bits))
            {
                throw new ViolationException(ViolationKind.PositionGivenTwice, $"{first.Plus(i)}");
            }
        }

        _history.Add(new HistoryRecord(first, draft));
    }

    // What was recovered is the fold over a front of the history that holds all that was answered or delivered.
    private void Check(FilesStore store, ModelEngine engine, SteppedPumps pumps)
    {
        foreach (RecordHeader cut in engine.Barriers)
        {
            // An opening that ended before it could be checked.
            Drop(record => record.First.Bits > cut.Sequence && record.First.Epoch < cut.Position.Epoch);
        }

        ulong barrier = store.Tail.Number;
        int kept = _history.FindIndex(record => record.Last.Number >= barrier);
        kept = kept < 0 ? _history.Count : kept;
        Require(kept == _history.Count || _history[kept].First.Number == barrier, ViolationKind.UnitTorn, "a record was cut");
        Require(kept == 0 || !_history[kept - 1].Draft.JoinsNext, ViolationKind.UnitTorn, $"{(kept == 0 ? default : _history[kept - 1].First)} is alone");
        LogPosition first = kept == _history.Count ? LogPosition.FromBits(ulong.MaxValue) : _history[kept].First;
        Drop(record => record.First >= first);

        Dictionary<uint, QueueState> expected = Enumerable.Range(1, ModelEngine.Queues).ToDictionary(queue => (uint)queue, _ => new QueueState());
        foreach (HistoryRecord record in _history)
        {
            ApplyTo(expected, record);
        }

        foreach ((uint queue, QueueState state) in expected)
        {
            Require(state == engine.States[queue], ViolationKind.StateDiffers, $"queue {queue}: expected {state}, found {engine.States[queue]}");
            new ReadBack(store, pumps).Check(queue, _history);
        }
    }

    private void Drop(Predicate<HistoryRecord> isGone)
    {
        foreach (HistoryRecord record in _history.FindAll(isGone))
        {
            Require(record.First > _answered, ViolationKind.AnsweredLost, $"answered up to {_answered}, {record.First} is gone");
            Require(record.First > _delivered, ViolationKind.DeliveredLost, $"delivered up to {_delivered}, {record.First} is gone");
        }

        _history.RemoveAll(isGone);
    }

    private static void ApplyTo(Dictionary<uint, QueueState> states, HistoryRecord record)
    {
        RecordHeader header = PowerLossWorkload.HeaderOf(record.First, record.Draft);
        if (header.Type == RecordType.Published)
        {
            states[header.Queue].Dispatch(header);
        }
        else
        {
            states[header.Queue].ApplyOwn(header);
        }
    }

    private static void Require(bool holds, ViolationKind kind, string what)
    {
        if (!holds)
        {
            throw new ViolationException(kind, what);
        }
    }

    private static LogPosition Later(LogPosition one, LogPosition other) => one > other ? one : other;

    private static void Finish(Func<Task> work, SteppedPumps pumps)
    {
        Task? running = null;
        pumps.RunToEnd(() => running = work());
        running?.GetAwaiter().GetResult();
    }
}
