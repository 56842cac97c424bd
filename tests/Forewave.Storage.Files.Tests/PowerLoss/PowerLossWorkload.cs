// The test thread itself steps the loops, so it is the one that can wait: nothing else would finish the tasks.
#pragma warning disable VSTHRD002
using Forewave.Protocol;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>One life's random work: appends, steps of every loop in any order, checkpoints, expiry, recycling.</summary>
internal sealed class PowerLossWorkload(
    Random random,
    FilesStore store,
    ModelEngine engine,
    AnswerLedger answers,
    SteppedPumps pumps,
    Action<LogPosition, RecordDraft> appended)
{
    public void Run(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            Step();
        }
    }

    public static RecordHeader HeaderOf(LogPosition first, in RecordDraft draft) => new()
    {
        Type = draft.Type,
        Position = first,
        Count = draft.Count,
        Time = default,
        Queue = draft.Queue,
        Sequence = draft.Sequence,
        Extra = draft.Extra,
    };

    private void Step()
    {
        switch (random.Next(100))
        {
            case < 30:
                Publish();
                break;
            case < 45:
                Append(Own(joinsNext: false));
                break;
            case < 50:
                Append(Own(joinsNext: true), Own(joinsNext: false));
                break;
            case < 53:
                Purge();
                break;
            case < 68:
                pumps.Step("forewave-log");
                break;
            case < 78:
                pumps.Step("forewave-commit");
                break;
            case < 84:
                pumps.Step("forewave-segments");
                break;
            case < 94:
                engine.Work();
                break;
            case < 96:
                pumps.RunUntilIdle();
                break;
            case < 98:
                Checkpoint();
                break;
            default:
                Finish(() => store.ReclaimAsync(CancellationToken.None).AsTask());
                break;
        }
    }

    private void Publish()
    {
        RecordDraft[] drafts = new RecordDraft[random.Next(1, 4)];
        for (int i = 0; i < drafts.Length; i++)
        {
            string[] bodies = new string[random.Next(1, 6)];
            for (int message = 0; message < bodies.Length; message++)
            {
                bodies[message] = new string((char)random.Next('a', 'z'), random.Next(10) == 0 ? random.Next(6_000) : random.Next(40));
            }

            drafts[i] = Drafts.Published(Queue(), answers, 0, bodies);
        }

        Append(drafts);
    }

    private RecordDraft Own(bool joinsNext)
    {
        byte[] payload = new byte[random.Next(100)];
        random.NextBytes(payload);
        return new RecordDraft
        {
            Type = RecordType.Settled,
            Count = 1,
            Queue = Queue(),
            Extra = (ulong)random.NextInt64(),
            Payload = payload,
            PayloadCrc = Checksum.Of(payload),
            JoinsNext = joinsNext,
            Owner = random.Next(2) == 0 ? answers : null,
            IsLazy = random.Next(2) == 0,
        };
    }

    private void Purge()
    {
        uint queue = Queue();
        QueueState state = engine.States[queue];
        long first = state.FirstRetained + (long)(random.NextDouble() * (state.End - state.FirstRetained));
        Append(new RecordDraft
        {
            Type = RecordType.Purged,
            Count = 1,
            Queue = queue,
            Sequence = (ulong)first,
            PayloadCrc = Checksum.Of([]),
            Owner = answers,
        });
    }

    private void Append(params RecordDraft[] drafts)
    {
        if (store.TryAppend(drafts, out LogPosition first) != AppendOutcome.Appended)
        {
            pumps.Step("forewave-log");
            pumps.Step("forewave-segments");
            return;
        }

        foreach (RecordDraft draft in drafts)
        {
            appended(first, draft);
            if (draft.Type != RecordType.Published)
            {
                engine.Appended(HeaderOf(first, draft));
            }

            first = first.Plus((ulong)draft.Count);
        }
    }

    private void Checkpoint()
    {
        engine.BetweenParts = () =>
        {
            if (random.Next(2) == 0)
            {
                Append(Own(joinsNext: false));
                engine.Work();
                pumps.Step("forewave-log");
            }
        };
        Finish(() => store.CheckpointAsync(engine, CancellationToken.None).AsTask());
    }

    private void Finish(Func<Task> work)
    {
        Task? running = null;
        pumps.RunToEnd(() => running = work());
        running?.GetAwaiter().GetResult();
    }

    private uint Queue() => (uint)random.Next(1, ModelEngine.Queues + 1);
}
