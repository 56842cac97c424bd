using System.Text;
using Forewave.Protocol.Frames;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Forewave.Protocol.Tests.Frames;

/// <summary>
/// Reads bytes with the span readers and, what they accept, with the generated parsers, and asserts that both saw the same.
/// </summary>
internal static class ReaderComparison
{
    /// <summary>Whether the span reader accepted the message.</summary>
    public static bool Message(byte[] encoded)
    {
        if (!MessageReader.TryRead(encoded, out var view, out var problem))
        {
            Assert.False(problem.IsNone);
            return false;
        }
        var message = V1.Message.Parser.ParseFrom(encoded);
        Assert.Equal(message.Body.Span, view.Body);
        Assert.Equal(message.Tag, Encoding.UTF8.GetString(view.Tag));
        Assert.Equal(message.Tag, Encoding.UTF8.GetString(MessageReader.ReadTag(encoded)));
        Assert.Equal(message.OrderingKey, Encoding.UTF8.GetString(view.OrderingKey));
        Assert.Equal(message.DeduplicationId, Encoding.UTF8.GetString(view.DeduplicationId));
        Assert.Equal(message.HasPriority ? message.Priority : 4, (uint)view.Priority);
        Assert.Equal((long)message.DeliverAt, view.DeliverAtMilliseconds);
        Assert.Equal((long)message.Delay, view.DelayMilliseconds);
        Assert.Equal((long)message.ExpiresAt, view.ExpiresAtMilliseconds);
        Assert.Equal((long)message.TimeToLive, view.TimeToLiveMilliseconds);
        Keys(message.Keys, view);
        Headers(message.Headers, view);
        return true;
    }

    public static bool Publish(byte[] frame)
    {
        if (!ClientFrameReader.TryRead(frame, out var header, out _) || header.Command != ClientCommand.Publish)
            return false;
        if (!PublishReader.TryOpen(frame, header.Payload, out var reader, out var problem))
        {
            Assert.False(problem.IsNone);
            return false;
        }
        var batches = new List<(PublishBatchView View, byte[][] Messages)>();
        while (reader.MoveNext(out var batch))
            batches.Add((batch, Messages(batch.Messages.Of(frame))));
        if (!reader.Problem.IsNone)
            return false;
        var generated = V1.ClientFrame.Parser.ParseFrom(frame);
        Assert.Equal(generated.Correlation, header.Correlation.Value);
        Assert.Equal(generated.Publish.Producer, reader.ProducerHandle);
        Assert.Equal(generated.Publish.Batches.Count, batches.Count);
        Assert.Equal(reader.BatchCount, batches.Count);
        foreach (var (expected, (view, messages)) in generated.Publish.Batches.Zip(batches))
        {
            Assert.Equal(expected.Queue, view.QueueHandle);
            Assert.Equal(expected.FirstSequence, view.FirstSequence.Value);
            Assert.Equal(expected.ReplacesSequence, view.ReplacesSequence.Value);
            Assert.Equal(expected.Messages.Count, view.MessageCount);
            Assert.Equal(expected.Messages.Select(m => m.ToByteArray()), messages);
        }
        return true;
    }

    public static bool Delivery(byte[] frame)
    {
        if (!ServerFrameReader.TryRead(frame, out var header, out _) || header.Answer != ServerAnswer.Delivery)
            return false;
        if (!DeliveryReader.TryOpen(frame, header.Payload, out var reader, out _))
            return false;
        // What is read runs ahead of what the generated parser is asked, so that its exceptions cannot hide ours.
        int runs = 0;
        while (reader.MoveNext(out _))
            runs++;
        if (!reader.Problem.IsNone)
            return false;
        var generated = V1.ServerFrame.Parser.ParseFrom(frame);
        Assert.Equal(generated.Delivery.Subscription, reader.SubscriptionHandle);
        Assert.Equal(generated.Delivery.Runs.Count, runs);
        DeliveryReader.TryOpen(frame, header.Payload, out reader, out _);
        foreach (var expected in generated.Delivery.Runs)
        {
            Assert.True(reader.MoveNext(out var run));
            Assert.Equal(expected.FirstOffset, (ulong)run.First.Value);
            Assert.Equal(expected.FirstPosition, run.FirstPosition.Bits);
            Assert.Equal(expected.PublishTime, (ulong)run.PublishTimeMilliseconds);
            Assert.Equal(expected.Attempt, run.Attempt.Value);
            Assert.Equal(expected.Epoch, run.Epoch.Value);
            Assert.Equal(expected.VisibilityTimeout, (uint)run.VisibilityTimeout.TotalMilliseconds);
            Assert.Equal(expected.ProducerName, Encoding.UTF8.GetString(run.ProducerName));
            Assert.Equal(expected.Redriven, run.IsRedriven);
            Assert.Equal(expected.Messages.Select(m => m.ToByteArray()), Messages(run.Messages.Of(frame)));
        }
        return true;
    }

    public static bool Settle(byte[] frame)
    {
        if (!ClientFrameReader.TryRead(frame, out var header, out _) || header.Command != ClientCommand.Settle)
            return false;
        var reader = new SettleReader(frame, header.Payload);
        var refused = new List<bool>();
        while (reader.MoveNext(out var run))
            refused.Add(!run.Problem.IsNone);
        if (!reader.Problem.IsNone || refused.Contains(true))
            return false;
        var generated = V1.ClientFrame.Parser.ParseFrom(frame);
        Assert.Equal(generated.Settle.Runs.Count, refused.Count);
        reader = new SettleReader(frame, header.Payload);
        foreach (var expected in generated.Settle.Runs)
        {
            Assert.True(reader.MoveNext(out var run));
            bool upTo = expected.Verb == V1.SettleVerb.AckUpTo;
            Assert.Equal(expected.QueueId, run.Queue.Value);
            Assert.Equal(expected.GroupId, run.Group.Value);
            Assert.Equal(expected.FirstOffset, (ulong)run.First.Value);
            Assert.Equal(upTo ? 0 : expected.Count, run.Count);
            Assert.Equal(upTo ? 0 : expected.Attempt, run.Attempt.Value);
            Assert.Equal(expected.Epoch, run.Epoch.Value);
            Assert.Equal((int)expected.Verb, (int)run.Verb);
            Assert.Equal(expected.Delay, (ulong)run.Delay.TotalMilliseconds);
            Assert.Equal(expected.Reason, Encoding.UTF8.GetString(run.Reason));
        }
        return true;
    }

    public static bool Published(byte[] frame)
    {
        if (!ServerFrameReader.TryRead(frame, out var header, out _) || header.Answer != ServerAnswer.Published)
            return false;
        var reader = new PublishedReader(frame, header.Payload);
        int batches = 0;
        while (reader.MoveNext(out var batch))
        {
            batches++;
            // An Error is read by generated code; what that refuses, the SDK refuses.
            if (batch.IsRefused && !ErrorFrame.TryRead(frame, batch.Error, out _))
                return false;
        }
        if (!reader.Problem.IsNone)
            return false;
        var generated = V1.ServerFrame.Parser.ParseFrom(frame);
        Assert.Equal(generated.Published.Batches.Count, batches);
        reader = new PublishedReader(frame, header.Payload);
        foreach (var expected in generated.Published.Batches)
        {
            Assert.True(reader.MoveNext(out var batch));
            Assert.Equal(expected.FirstPosition, batch.FirstPosition.Bits);
            bool isKnown = (uint)expected.Durability <= (uint)Durability.SlaveReceived;
            Assert.Equal(isKnown ? (int)expected.Durability : 0, (int)batch.Durability);
            Assert.Equal(expected.Duplicate, batch.IsDuplicate);
            Assert.Equal(expected.Positions.Count, batch.PositionCount);
            for (int i = 0; i < batch.PositionCount; i++)
                Assert.Equal(expected.Positions[i], batch.PositionOf(i).Bits);
            Assert.Equal(expected.Error is not null, batch.IsRefused);
            if (expected.Error is not null && ErrorFrame.TryRead(frame, batch.Error, out var error))
                Assert.Equal(expected.Error, error);
        }
        return true;
    }

    public static bool Settled(byte[] frame)
    {
        if (!ServerFrameReader.TryRead(frame, out var header, out _) || header.Answer != ServerAnswer.Settled)
            return false;
        var reader = new SettledReader(frame, header.Payload);
        var failures = new List<SettleFailureView>();
        while (reader.MoveNext(out var failure))
        {
            failures.Add(failure);
            if (!ErrorFrame.TryRead(frame, failure.Error, out _))
                return false;
        }
        if (!reader.Problem.IsNone)
            return false;
        var generated = V1.ServerFrame.Parser.ParseFrom(frame);
        Assert.Equal(
            generated.Settled.Failures.Select(f => (f.Run, f.FirstOffset, f.Count)),
            failures.Select(f => (f.Run, (ulong)f.First.Value, f.Count)));
        return true;
    }

    private static byte[][] Messages(ReadOnlySpan<byte> run)
    {
        var messages = new List<byte[]>();
        foreach (var message in new MessageRun(run))
            messages.Add(message.ToArray());
        return [.. messages];
    }

    private static void Keys(RepeatedField<string> expected, MessageView view)
    {
        var keys = new List<string>();
        foreach (var key in view.Keys)
            keys.Add(Encoding.UTF8.GetString(key));
        Assert.Equal(expected, keys);
        Assert.Equal(expected.Count, view.KeyCount);
    }

    private static void Headers(RepeatedField<V1.Header> expected, MessageView view)
    {
        var headers = new List<(string Name, byte[] Value)>();
        foreach (var header in view.Headers)
            headers.Add((Encoding.UTF8.GetString(header.Name), header.Value.ToArray()));
        Assert.Equal(expected.Select(h => (h.Name, Convert.ToHexString(h.Value.Span))), headers.Select(h => (h.Name, Convert.ToHexString(h.Value))));
        Assert.Equal(expected.Count, view.HeaderCount);
        Assert.Equal(expected.Sum(h => Encoding.UTF8.GetByteCount(h.Name) + h.Value.Length), view.HeadersBytes);
    }
}
