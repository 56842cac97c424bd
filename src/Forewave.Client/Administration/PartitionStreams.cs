using System.Runtime.CompilerServices;
using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>
/// Lists of several partitions as one: each is read page by page, side by side with the others, and holds one page at most. A partition that
/// does not answer leaves the others' entries, and then an error that names it.
/// </summary>
internal static class PartitionStreams
{
    /// <summary>The entries of all partitions in one order; those that are equal in it, by partition.</summary>
    /// <param name="targets">Whom to ask.</param>
    /// <param name="read">What one tells, in that order.</param>
    /// <param name="order">The order.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ForewaveException">
    /// One refused; the queue or group is nowhere; <c>PartitionsUnanswered</c>, after all that the others had.
    /// </exception>
    public static async IAsyncEnumerable<T> MergeAsync<T>(
        IReadOnlyList<PartitionTarget> targets, Func<PartitionTarget, IAsyncEnumerable<T>> read, Comparison<T> order,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        if (targets.Count == 1)
        {
            await foreach (T entry in read(targets[0]).WithCancellation(cancellation).ConfigureAwait(false))
            {
                yield return entry;
            }

            yield break;
        }

        PartitionStream<T>[] streams = [.. targets.Select(target => new PartitionStream<T>(target, read(target).GetAsyncEnumerator(cancellation)))];
        try
        {
            await Task.WhenAll(streams.Select(stream => stream.MoveAsync())).ConfigureAwait(false);
            ThrowRefusal(streams);
            while (Next(streams, order) is { } next)
            {
                yield return next.Current;
                await next.MoveAsync().ConfigureAwait(false);
                ThrowRefusal(streams);
            }
        }
        finally
        {
            foreach (PartitionStream<T> stream in streams)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }

        ThrowSilence(streams);
    }

    private static PartitionStream<T>? Next<T>(PartitionStream<T>[] streams, Comparison<T> order)
    {
        PartitionStream<T>? next = null;
        foreach (PartitionStream<T> stream in streams)
        {
            if (stream.HasCurrent && (next is null || order(stream.Current, next.Current) < 0))
            {
                next = stream;
            }
        }

        return next;
    }

    private static void ThrowRefusal<T>(PartitionStream<T>[] streams)
    {
        foreach (PartitionStream<T> stream in streams)
        {
            if (stream.Error is { } error && !IsAbsence(error) && !PartitionAnswer.IsSilence(error))
            {
                throw Array.TrueForAll(streams, one => one.Error?.Code == error.Code)
                    ? error
                    : new ForewaveException(error.Code, $"Partition {stream.Partition}: {error.Detail ?? error.Message}", error);
            }
        }
    }

    private static void ThrowSilence<T>(PartitionStream<T>[] streams)
    {
        PartitionStream<T>[] silent = [.. streams.Where(stream => stream.Error is { } error && PartitionAnswer.IsSilence(error))];
        if (silent.Length > 0)
        {
            throw AdministrationCalls.Unanswered([.. silent.Select(one => one.Partition)], $"their part is missing. {silent[0].Error!.Detail?.TrimEnd('.')}");
        }

        if (!Array.Exists(streams, stream => stream.HasAnswered))
        {
            throw streams[0].Error!;
        }
    }

    private static bool IsAbsence(ForewaveException error) => error.Code is ErrorCode.QueueNotFound or ErrorCode.GroupNotFound;
}
