using Forewave.Client.Producing.Sequenced;
using Forewave.Protocol;

namespace Forewave.Outbox.Relaying;

/// <summary>Rows of one partition as they go in one frame. Immutable.</summary>
internal sealed class LaneFrame
{
    private const int FrameBytes = 512 * 1024;

    private LaneFrame(IReadOnlyList<(SequencedBatch Batch, ClaimedRow[] Rows)> parts) => (Parts, Batches) = (parts, [.. parts.Select(part => part.Batch)]);

    /// <summary>The batches with their rows.</summary>
    public IReadOnlyList<(SequencedBatch Batch, ClaimedRow[] Rows)> Parts { get; }

    /// <summary>The batches.</summary>
    public IReadOnlyList<SequencedBatch> Batches { get; }

    /// <summary>
    /// The frames of rows that lie one after the other by sequence. What goes together stays together: rows of one queue and priority; a row
    /// that was refused with others goes by itself; and of rows that were refused only those that were neighbours then.
    /// </summary>
    /// <param name="rows">One at least.</param>
    /// <param name="now">Unix time in milliseconds: what was due before is due at once.</param>
    public static IReadOnlyList<LaneFrame> Of(IReadOnlyList<ClaimedRow> rows, long now)
    {
        List<LaneFrame> frames = [];
        List<(SequencedBatch, ClaimedRow[])> parts = [];
        int bytes = 0;
        int messages = 0;
        for (int from = 0; from < rows.Count;)
        {
            int to = from + 1;
            int size = rows[from].Message.Length;
            while (to < rows.Count && to - from < Limits.MessagesPerFrame && size + rows[to].Message.Length <= FrameBytes && GoTogether(rows[to - 1], rows[to]))
            {
                size += rows[to++].Message.Length;
            }

            if (parts.Count > 0 && (bytes + size > FrameBytes || messages + to - from > Limits.MessagesPerFrame))
            {
                frames.Add(new LaneFrame(parts));
                (parts, bytes, messages) = ([], 0, 0);
            }

            parts.Add(PartOf([.. rows.Skip(from).Take(to - from)], now));
            (bytes, messages, from) = (bytes + size, messages + to - from, to);
        }

        frames.Add(new LaneFrame(parts));
        return frames;
    }

    private static bool GoTogether(ClaimedRow first, ClaimedRow second) =>
        !first.IsAlone && !second.IsAlone && first.Queue == second.Queue && first.Priority == second.Priority && second.Sequence == first.Sequence + 1
        && (first.RefusedSequence is null ? second.RefusedSequence is null : second.RefusedSequence == first.RefusedSequence + 1);

    private static (SequencedBatch, ClaimedRow[]) PartOf(ClaimedRow[] rows, long now)
    {
        SequencedBatch batch = new()
        {
            Queue = rows[0].Queue,
            First = new Sequence((ulong)rows[0].Sequence),
            Replaces = new Sequence((ulong)(rows[0].RefusedSequence ?? 0)),
            Messages = [.. rows.Select(row => row.Encode(now))],
        };
        return (batch, rows);
    }
}
