using Forewave.Protocol.Frames;

namespace Forewave.Client.Consuming;

/// <summary>
/// How much the broker may send: what it may send still and what waits here are together at most the window. Credit is given
/// back in steps of a quarter. The window narrows to what the application comes to in time, and widens again while it keeps
/// up. Guarded by the consumer's lock.
/// </summary>
internal sealed class CreditWindow(ConsumerOptions options)
{
    private const int MinBytes = 16 * 1024;
    private long _messages = options.PrefetchMessages;
    private long _creditMessages;
    private long _creditBytes;
    private long _waitingMessages;
    private long _waitingBytes;
    private int _parts = 1;

    /// <summary>Messages handed out so far.</summary>
    public long HandedOut { get; private set; }

    /// <summary>It is one of so many that share what the options allow.</summary>
    public void Share(int parts)
    {
        _parts = parts;
        _messages = Math.Min(_messages, MaxMessages);
    }

    /// <summary>A new subscription has no credit yet.</summary>
    public void Reset() => (_creditMessages, _creditBytes) = (0, 0);

    /// <summary>Messages came.</summary>
    /// <param name="run">They.</param>
    /// <param name="isPull">They were asked for otherwise than by credit.</param>
    public void Arrive(LeasedRun run, bool isPull)
    {
        _waitingMessages += run.Waiting;
        _waitingBytes += run.WaitingBytes;
        _creditMessages -= isPull ? 0 : run.Waiting;
        _creditBytes -= isPull ? 0 : run.WaitingBytes;
    }

    /// <summary>Messages were handed out.</summary>
    public void HandOut(int messages, long bytes)
    {
        HandedOut += messages;
        _waitingMessages -= messages;
        _waitingBytes -= bytes;
        if (_waitingMessages == 0 && _messages < MaxMessages)
        {
            _messages = Math.Min(MaxMessages, _messages * 2);
        }
    }

    /// <summary>What waits of a run is given up.</summary>
    public void Leave(LeasedRun run)
    {
        _waitingMessages -= run.Waiting;
        _waitingBytes -= run.WaitingBytes;
    }

    /// <summary>The application does not come to more than so many in time.</summary>
    public void Narrow(long messages) => 
        _messages = Math.Clamp(messages, Math.Min(1, MaxMessages), MaxMessages);

    /// <summary>The credit to be given now; false: not worth a frame yet.</summary>
    public bool TryGrant(uint subscription, out CreditView credit)
    {
        long messages = _messages - _creditMessages - _waitingMessages;
        long bytes = MaxBytes - _creditBytes - _waitingBytes;
        bool isDue = (messages > 0 && messages >= _messages / 4) || bytes >= MaxBytes / 4;
        credit = default;
        if (!isDue || _messages == 0)
        {
            return false;
        }

        messages = Math.Max(0, messages);
        bytes = Math.Max(0, bytes);
        if (messages + bytes == 0)
        {
            return false;
        }

        _creditMessages += messages;
        _creditBytes += bytes;
        credit = new CreditView { SubscriptionHandle = subscription, Messages = (uint)messages, Bytes = (uint)bytes };
        return true;
    }

    private long MaxMessages => Math.Max(Math.Min(1, options.PrefetchMessages), options.PrefetchMessages / _parts);

    private long MaxBytes => Math.Max(Math.Min(MinBytes, options.PrefetchBytes), options.PrefetchBytes / _parts);
}
