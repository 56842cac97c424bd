using System.Text;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Consuming;

/// <summary>
/// Copies the messages of a delivery out of the connection's buffer, as they stand, into arrays that stay below the large
/// object heap. Used by the receive loop alone.
/// </summary>
internal sealed class DeliveryCopy(ConsumerLane lane)
{
    private const int ArrayBytes = 64 * 1024;

    private readonly List<LeasedRun> _runs = [];
    private byte[] _array = [];
    private int _used;
    private int _left;
    private string _lastProducer = "";
    private byte[] _lastProducerName = [];

    /// <summary>The runs of a delivery; valid until the next one.</summary>
    /// <exception cref="ForewaveException">FrameBroken: the connection is of no use any more.</exception>
    public List<LeasedRun> Read(ReadOnlySpan<byte> frame, ByteRange payload, SubscriptionTerms terms, (long Now, long HandedOut) arrival)
    {
        _runs.Clear();
        _array = [];
        _used = 0;
        _left = payload.Length;
        if (!DeliveryReader.TryOpen(frame, payload, out DeliveryReader delivery, out FrameProblem problem))
        {
            throw problem.ToException();
        }

        while (delivery.MoveNext(out DeliveredRunView run))
        {
            Copy(frame, run, terms, arrival);
        }

        return delivery.Problem.IsNone ? _runs : throw delivery.Problem.ToException();
    }

    private void Copy(ReadOnlySpan<byte> frame, in DeliveredRunView run, SubscriptionTerms terms, (long Now, long HandedOut) arrival)
    {
        ReadOnlySpan<byte> messages = run.Messages.Of(frame);
        for (int done = 0; done < run.MessageCount;)
        {
            int count = run.MessageCount - done;
            int bytes = Fit(messages, ref count);
            messages[..bytes].CopyTo(_array.AsSpan(_used));
            LeasedRun leased = new(lane, _array, new ByteRange { Start = _used, Length = bytes })
            {
                Terms = terms,
                First = run.First.Plus(done),
                Count = count,
                FirstPosition = run.FirstPosition.Plus((ulong)done),
                PublishTimeMilliseconds = run.PublishTimeMilliseconds,
                Attempt = run.Attempt,
                Epoch = run.Epoch,
                VisibilityTimeout = run.VisibilityTimeout,
                ProducerName = Name(run.ProducerName),
                IsRedriven = run.IsRedriven,
                Arrived = arrival.Now,
                HandedOutBefore = arrival.HandedOut,
            };
            _runs.Add(leased);
            _used += bytes;
            _left -= bytes;
            done += count;
            messages = messages[bytes..];
        }
    }

    // How many bytes, of how many messages, go into the array at hand, or into a new one.
    private int Fit(ReadOnlySpan<byte> messages, ref int count)
    {
        int room = _array.Length - _used;
        if (messages.Length <= room)
        {
            return messages.Length;
        }

        int bytes = Walk(messages, room, ref count);
        if (bytes > 0)
        {
            return bytes;
        }

        MessageRun walk = new(messages);
        walk.MoveNext();
        _array = GC.AllocateUninitializedArray<byte>(Math.Max(walk.Position, Math.Min(ArrayBytes, Math.Max(_left, messages.Length))));
        _used = 0;
        return messages.Length <= _array.Length ? messages.Length : Walk(messages, _array.Length, ref count);
    }

    private static int Walk(ReadOnlySpan<byte> messages, int room, ref int count)
    {
        MessageRun walk = new(messages);
        (int bytes, int taken) = (0, 0);
        while (walk.MoveNext() && walk.Position <= room)
        {
            bytes = walk.Position;
            taken++;
        }

        count = taken > 0 ? taken : count;
        return bytes;
    }

    private string Name(ReadOnlySpan<byte> utf8)
    {
        if (!utf8.SequenceEqual(_lastProducerName))
        {
            _lastProducerName = utf8.ToArray();
            _lastProducer = Encoding.UTF8.GetString(utf8);
        }

        return _lastProducer;
    }
}
