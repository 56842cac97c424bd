using Forewave.Client;
using Forewave.Client.Connections;
using Forewave.Client.Producing;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Cli.Repairing;

/// <summary>
/// Publishes messages of a tail again, under the producer ids and sequences that they had: what the master knows already, because its
/// producer sent it again, is not stored twice; a sequence that the producer has given up meanwhile is refused. One producer after the
/// other, each in the order of its sequences; all at the tail's own partition, which alone knows them.
/// </summary>
internal static class TailPublishing
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Publishes what may be; returns all entries in their order, with their outcomes.</summary>
    /// <param name="master">Its address.</param>
    /// <param name="entries">What the tail has.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<IReadOnlyList<TailEntry>> PublishAsync(string master, IReadOnlyList<TailEntry> entries, CancellationToken stop)
    {
        ForewaveClientOptions options = new() { Server = master, Name = "forewave" };
        await using BrokerLink link = new(options);
        var done = entries.ToArray();
        var mine = Enumerable.Range(0, done.Length).Where(i => done[i].MayBePublished).GroupBy(i => done[i].Producer!.Value);
        foreach (var producer in mine)
        {
            foreach (int[] run in RunsOf([.. producer.OrderBy(i => done[i].Stored.Sequence)], i => done[i].Stored.Sequence))
                await PublishRunAsync((link, options), done, run, stop);
        }
        return done;
    }

    // Sequences that follow each other.
    private static IEnumerable<int[]> RunsOf(int[] sorted, Func<int, ulong> sequenceOf)
    {
        int from = 0;
        for (int i = 1; i <= sorted.Length; i++)
        {
            if (i < sorted.Length && sequenceOf(sorted[i]) == sequenceOf(sorted[i - 1]) + 1)
                continue;
            yield return sorted[from..i];
            from = i;
        }
    }

    private static async Task PublishRunAsync((BrokerLink Link, ForewaveClientOptions Options) at, TailEntry[] entries, int[] run, CancellationToken stop)
    {
        var first = entries[run[0]];
        ProducerOptions options = new()
        {
            ProducerId = first.Producer, FirstSequence = new Sequence(first.Stored.Sequence), DeliveryDeadline = Patience,
            Name = ProducerName.TryParse(first.ProducerName, out var name) ? name : null,
        };
        await using Producer producer = new(at.Link, options, at.Options);
        foreach (int i in run)
        {
            try
            {
                var receipt = await producer.PublishAsync(new QueueName(entries[i].Stored.Queue), ToMessage(entries[i].Message), stop);
                entries[i] = entries[i] with { Outcome = $"{receipt.MessageId}", IsPublished = true };
            }
            catch (ForewaveException refused)
            {
                entries[i] = entries[i] with { Outcome = refused.Message };
            }
        }
    }

    private static Message ToMessage(V1.Message message) => new(message.Body.Memory)
    {
        Keys = message.Keys.ToArray(),
        Tag = message.Tag.Length > 0 ? message.Tag : null,
        Headers = message.Headers.Select(header => new KeyValuePair<string, ReadOnlyMemory<byte>>(header.Name, header.Value.Memory)).ToArray(),
        Priority = message.HasPriority ? (int)message.Priority : null,
        DeduplicationId = message.DeduplicationId.Length > 0 ? message.DeduplicationId : null,
        ExpiresAt = message.ExpiresAt > 0 ? DateTimeOffset.FromUnixTimeMilliseconds((long)message.ExpiresAt) : null,
        TimeToLive = TimeSpan.FromMilliseconds(message.TimeToLive),
    };
}
