using Forewave.Client.Producing.Sequenced;
using Forewave.Protocol;
using Microsoft.Extensions.Logging;

namespace Forewave.Outbox.Relaying;

/// <summary>
/// Publishes rows at one partition under the sequences that they have in the database, again and again until each has an answer: through
/// reconnects and changes of master. A sequence stands for one row for ever, so sending it twice is harmless, whoever does. Ends with an
/// exception when it is cancelled, or when another relay has the lock: that is asked for on each new session before anything is sent on it, for
/// what a former session had in the air cannot come any more.
/// </summary>
/// <param name="lane">The partition.</param>
/// <param name="look">Looks at the lock, and at the database's clock.</param>
/// <param name="options">The relay's.</param>
internal sealed class LaneSending(LaneState lane, ILockLook look, OutboxRelayOptions options)
{
    // The broker forgets a producer after seven idle days: before that, a row that it does not know was never stored.
    private static readonly TimeSpan SurelyKnown = Limits.ProducerIdle - TimeSpan.FromDays(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private const int LongestPause = 50;

    private readonly ILogger _logger = options.LoggerFactory.CreateLogger("Forewave.Outbox");

    /// <summary>Sends the rows of a claim.</summary>
    /// <param name="rows">By sequence, one at least.</param>
    /// <param name="isFresh">Nobody can have sent any of them.</param>
    /// <param name="held">Queues of which rows were refused before, and why: what comes behind those is refused too.</param>
    /// <param name="cancellation">Ends it; what was sent may be stored.</param>
    /// <exception cref="ForewaveException"><c>OutboxLockLost</c>.</exception>
    public async Task<ClaimResult> SendAsync(
        IReadOnlyList<ClaimedRow> rows, bool isFresh, IReadOnlyDictionary<QueueName, ForewaveException> held, CancellationToken cancellation)
    {
        IReadOnlyList<LaneFrame> frames = LaneFrame.Of(rows, options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        for (int round = 1; ; round++)
        {
            SequencedSession session = await SessionAsync(cancellation).ConfigureAwait(false);
            if (await VerdictAsync(session, rows, isFresh, cancellation).ConfigureAwait(false) is { } verdict)
            {
                return verdict;
            }

            bool isFirst = isFresh;
            (lane.Verified, isFresh) = (session, false);
            try
            {
                Dictionary<QueueName, ForewaveException> closed = await OpenAsync(session, rows, held, cancellation).ConfigureAwait(false);
                HashSet<QueueName> withheld = [.. closed.Keys];
                IReadOnlyList<SequencedOutcome>[] answers =
                    await Task.WhenAll(frames.Select(frame => session.PublishAsync(frame.Batches, withheld, cancellation))).ConfigureAwait(false);
                if (answers.SelectMany(answer => answer).FirstOrDefault(outcome => IsUnknown(outcome.Error)) is not { } unknown)
                {
                    ClaimResult result = new LaneAnswers(lane, session, closed) { IsFirst = isFirst }.Read(frames, answers);
                    if (result.Abandoned.Count > 0)
                    {
                        OutboxLog.NewProducer(_logger, lane.Partition, new Sequence(session.LastKnown), rows[0].Sequence);
                    }

                    return result;
                }

                OutboxLog.Waits(_logger, lane.Partition, unknown.Error!.Message);
            }
            catch (ForewaveException lost)
            {
                OutboxLog.Waits(_logger, lane.Partition, lost.Message);
            }

            await Task.Delay(Pause * Math.Min(round, LongestPause), options.TimeProvider, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<SequencedSession> SessionAsync(CancellationToken cancellation)
    {
        Task<SequencedSession> next = lane.Lane!.SessionAsync(cancellation);
        for (bool wasTold = false; !next.IsCompleted; wasTold = true)
        {
            try
            {
                return await next.WaitAsync(TimeSpan.FromSeconds(1), options.TimeProvider, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                look.Doubt();
                if (!wasTold)
                {
                    OutboxLog.Waits(_logger, lane.Partition, lane.Lane.WhyAway ?? "no connection");
                }
            }
        }

        return await next.ConfigureAwait(false);
    }

    // Null: they may be sent.
    private async ValueTask<ClaimResult?> VerdictAsync(
        SequencedSession session, IReadOnlyList<ClaimedRow> rows, bool isFresh, CancellationToken cancellation)
    {
        ulong first = (ulong)rows[0].Sequence;
        bool wentBack = isFresh && session.LastKnown >= first;
        if (lane.Verified == session && !wentBack)
        {
            return null;
        }

        (bool hasLock, long now) = await look.LookAsync(cancellation).ConfigureAwait(false);
        if (!hasLock)
        {
            throw new ForewaveException(ErrorCode.OutboxLockLost);
        }

        bool isForgotten = session.LastKnown == 0 && (first > 1 || !isFresh);
        if (!wentBack && !isForgotten)
        {
            return null;
        }

        bool isInDoubt = !isFresh && now - rows.Min(row => row.ClaimedAt) > (long)SurelyKnown.TotalMilliseconds;
        if (isForgotten && !isInDoubt && first == 1)
        {
            return null;
        }

        OutboxLog.NewProducer(_logger, lane.Partition, new Sequence(session.LastKnown), rows[0].Sequence);
        return new ClaimResult
        {
            Changes = [.. rows.Select(row => isInDoubt
                ? new RowChange(row, OutboxRowState.SetAside, ErrorCode.OutboxInDoubt, row.IsAlone, null)
                : new RowChange(row, OutboxRowState.Unsent, ErrorCode.None, row.IsAlone, null))],
            Abandoned = [lane.Partition],
        };
    }

    // A queue that cannot be opened has no handle, and one that is held is sent without: its rows are refused, so that their sequences are used up.
    private async ValueTask<Dictionary<QueueName, ForewaveException>> OpenAsync(
        SequencedSession session,
        IReadOnlyList<ClaimedRow> rows,
        IReadOnlyDictionary<QueueName, ForewaveException> held,
        CancellationToken cancellation)
    {
        Dictionary<QueueName, ForewaveException> closed = [];
        foreach (QueueName queue in rows.Select(row => row.Queue).Distinct())
        {
            if (held.TryGetValue(queue, out ForewaveException? why))
            {
                closed.Add(queue, why);
                continue;
            }

            try
            {
                await session.OpenAsync(queue, options.CreateQueues, cancellation).ConfigureAwait(false);
            }
            catch (ForewaveException refused) when (!session.IsOver)
            {
                closed.Add(queue, refused);
            }
        }

        return closed;
    }

    private static bool IsUnknown(ForewaveException? error) =>
        error is { Stored: StoredOutcome.Unknown } && error.Code is not (ErrorCode.SequenceTooOld or ErrorCode.ProducerUnknown);
}
