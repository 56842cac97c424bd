using Google.Protobuf;

namespace Forewave.Protocol.Tests.Frames;

/// <summary>Makes generated messages that the rules allow.</summary>
internal static class RandomMessages
{
    public static V1.Message Message(SeededRandom random)
    {
        var message = new V1.Message();
        if (random.Chance(80))
            message.Body = ByteString.CopyFrom(random.Bytes(random.Below(300)));
        for (int i = random.Chance(40) ? random.Below(Limits.Keys + 1) : 0; i > 0; i--)
            message.Keys.Add(random.Text(random.Chance(20) ? 255 : 20));
        if (random.Chance(40))
            message.Tag = random.Text(30);
        for (int i = random.Chance(40) ? random.Below(6) : 0; i > 0; i--)
        {
            message.Headers.Add(new V1.Header
            {
                Name = "h" + random.Text(10),
                Value = ByteString.CopyFrom(random.Bytes(random.Below(40))),
            });
        }
        if (random.Chance(20))
            message.OrderingKey = random.Text(255);
        if (random.Chance(20))
            message.Priority = (uint)random.Below(10);
        if (random.Chance(20))
            message.DeliverAt = random.Number(60);
        else if (random.Chance(20))
            message.Delay = random.Number(35);
        if (random.Chance(20))
            message.ExpiresAt = random.Number(60);
        else if (random.Chance(20))
            message.TimeToLive = random.Number(38);
        if (random.Chance(20))
            message.DeduplicationId = random.Text(255);
        return message;
    }

    public static V1.PublishBatch Batch(SeededRandom random)
    {
        var batch = new V1.PublishBatch
        {
            Queue = (uint)random.Number(32),
            FirstSequence = 1 + random.Number(50),
            ReplacesSequence = random.Chance(20) ? random.Number(50) : 0,
        };
        for (int i = 1 + random.Below(5); i > 0; i--)
            batch.Messages.Add(Message(random).ToByteString());
        return batch;
    }

    public static V1.ClientFrame Publish(SeededRandom random)
    {
        var frame = new V1.ClientFrame
        {
            Correlation = random.Number(62),
            Publish = new V1.Publish { Producer = (uint)random.Number(32) },
        };
        for (int i = 1 + random.Below(4); i > 0; i--)
            frame.Publish.Batches.Add(Batch(random));
        return frame;
    }

    public static V1.ServerFrame Delivery(SeededRandom random)
    {
        var delivery = new V1.Delivery { Subscription = (uint)random.Number(32) };
        for (int i = random.Below(4); i > 0; i--)
        {
            var run = new V1.DeliveredRun
            {
                FirstOffset = 1 + random.Number(50),
                FirstPosition = random.Number(62),
                PublishTime = random.Number(50),
                Attempt = (uint)random.Number(32),
                Epoch = (uint)random.Number(20),
                VisibilityTimeout = (uint)random.Number(32),
                ProducerName = random.Text(20),
                Redriven = random.Chance(20),
            };
            run.Messages.AddRange(Batch(random).Messages);
            delivery.Runs.Add(run);
        }
        return new V1.ServerFrame { Correlation = random.Number(62), Delivery = delivery };
    }

    public static V1.ClientFrame Settle(SeededRandom random)
    {
        var settle = new V1.Settle();
        for (int i = random.Below(5); i > 0; i--)
        {
            var verb = (V1.SettleVerb)(1 + random.Below(5));
            settle.Runs.Add(new V1.SettleRun
            {
                QueueId = 1 + (uint)random.Number(31),
                GroupId = 1 + (uint)random.Number(31),
                FirstOffset = 1 + random.Number(50),
                Count = 1 + (uint)random.Number(17),   // four runs stay under what a frame may name
                Attempt = 1 + (uint)random.Number(20),
                Epoch = (uint)random.Number(20),
                Verb = verb,
                Delay = verb == V1.SettleVerb.Extend ? 1 + random.Number(25) : random.Number(35),
                Reason = random.Text(255),
            });
        }
        return new V1.ClientFrame { Correlation = random.Number(62), Settle = settle };
    }

    public static V1.Error Error(SeededRandom random) =>
        new() { Number = (uint)random.Number(10), Name = random.Text(20), Text = random.Text(200), RetryAfter = (uint)random.Number(32) };

    public static V1.ServerFrame Published(SeededRandom random)
    {
        var published = new V1.Published();
        for (int i = random.Below(5); i > 0; i--)
        {
            var batch = new V1.PublishedBatch { FirstPosition = random.Number(62) };
            batch.Durability = (V1.Durability)random.Below(5);
            batch.Duplicate = random.Chance(20);
            for (int n = random.Chance(20) ? random.Below(20) : 0; n > 0; n--)
                batch.Positions.Add(random.Number(62));
            if (random.Chance(20))
                batch.Error = Error(random);
            published.Batches.Add(batch);
        }
        return new V1.ServerFrame { Correlation = random.Number(62), Published = published };
    }

    public static V1.ServerFrame Settled(SeededRandom random)
    {
        var settled = new V1.Settled();
        for (int i = random.Below(4); i > 0; i--)
        {
            settled.Failures.Add(new V1.SettleFailure
            {
                Run = (uint)random.Number(32),
                FirstOffset = random.Number(62),
                Count = (uint)random.Number(32),
                Error = Error(random),
            });
        }
        return new V1.ServerFrame { Correlation = random.Number(62), Settled = settled };
    }
}
