using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Queues;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Delivery.Subscriptions;

/// <summary>
/// One consumer of a group on one connection. What it was asked for is set by the session and never changes; the rest belongs
/// to the delivery loop of its queue. <see cref="AddCredit"/> alone may be called from any thread.
/// </summary>
internal sealed class Subscription : IDeliveryCommand
{
    private long _newMessages;
    private long _newBytes;
    private int _creditPosted;
    private bool _waitsForDrain;

    /// <summary>It has no credit and no pulls yet.</summary>
    public Subscription() => Receives = new PendingReceives(this);

    /// <summary>Stands for it on its connection; never 0.</summary>
    public required uint Handle { get; init; }

    /// <summary>The queue.</summary>
    public required QueueEntry Queue { get; init; }

    /// <summary>Name of the group; made if there is none.</summary>
    public required GroupName GroupName { get; init; }

    /// <summary>The consumer, the same through reconnects.</summary>
    public required ConsumerId ConsumerId { get; init; }

    /// <summary>As shown to operators.</summary>
    public required string ConsumerName { get; init; }

    /// <summary>Its connection.</summary>
    public required ISessionOutput Output { get; init; }

    /// <summary>The tag filter that it wants the group to have; null: whatever the group has.</summary>
    public TagFilter? Filter { get; init; }

    /// <summary>Where the group starts if it is made.</summary>
    public StartPoint Start { get; init; }

    /// <summary>How long its leases last; zero: as the group says.</summary>
    public TimeSpan VisibilityTimeout { get; init; }

    /// <summary>Messages leave only after they are settled.</summary>
    public bool AtMostOnce { get; init; }

    /// <summary>It was here before: leases of its consumer id other than <see cref="Held"/> are released in place.</summary>
    public bool Returning { get; init; }

    /// <summary>What it still holds when it comes back.</summary>
    public ReadOnlyMemory<HeldRange> Held { get; init; }

    /// <summary>It wants to hear when its role changes.</summary>
    public bool HearsRoles { get; init; }

    /// <summary>The role that it was told last.</summary>
    internal ConsumerRole ToldRole { get; set; }

    /// <summary>The group once it is attached; null before and after.</summary>
    internal GroupDelivery? Group { get; set; }

    /// <summary>How long its leases last; set when it is attached.</summary>
    internal TimeSpan LeaseLength { get; set; }

    /// <summary>It ended: nothing is sent to it any more. It may have ended before it was attached.</summary>
    internal bool Ended { get; private set; }

    /// <summary>Standing credit that is left; below 0 after a message larger than the rest.</summary>
    internal long CreditMessages { get; private set; }

    /// <summary>Standing credit in bytes that is left.</summary>
    internal long CreditBytes { get; private set; }

    /// <summary>Pulls without an answer, oldest first.</summary>
    internal PendingReceives Receives { get; }

    /// <summary>It waits for its connection to drain.</summary>
    internal bool WaitsForDrain
    {
        get => _waitsForDrain;
        set
        {
            _waitsForDrain = value;
            AppetiteChanged();
        }
    }

    /// <summary>Its output has to be flushed at the end of the loop's turn.</summary>
    internal bool Unflushed { get; set; }

    /// <summary>It would take messages now.</summary>
    internal bool IsHungry => !Ended && !WaitsForDrain && (Receives.Any || CreditMessages > 0 && CreditBytes > 0);

    /// <summary>What <see cref="GroupSubscriptions"/> has noted of it: counted as hungry, standing in the list of turns.</summary>
    internal (bool IsCounted, bool IsListed) Noted { get; set; }

    /// <summary>Adds standing credit. For any thread; several additions before the loop's turn are one command.</summary>
    public void AddCredit(DeliveryLoop loop, in CreditView credit)
    {
        Interlocked.Add(ref _newMessages, credit.Messages);
        Interlocked.Add(ref _newBytes, credit.Bytes);
        if (Interlocked.Exchange(ref _creditPosted, 1) == 0)
            loop.Post(this);
    }

    /// <summary>Takes the credit that was added; runs on the loop.</summary>
    bool IDeliveryCommand.Run(DeliveryLoop loop)
    {
        Volatile.Write(ref _creditPosted, 0);
        Interlocked.MemoryBarrier();
        CreditMessages = Math.Min(CreditMessages + Interlocked.Exchange(ref _newMessages, 0), Limits.ReceiveMessages * 100L);
        CreditBytes = Math.Min(CreditBytes + Interlocked.Exchange(ref _newBytes, 0), uint.MaxValue);
        AppetiteChanged();
        Group?.HasDemand();
        return true;
    }

    void IDeliveryCommand.Refuse(DeliveryLoop loop, ErrorCode code)
    {
        // Credit has no answer; the session hears of the stop by itself.
    }

    /// <summary>Ends it for good; pulls without an answer get one.</summary>
    internal void End()
    {
        Ended = true;
        RefuseReceives(ErrorCode.SubscriptionEnded);
    }

    /// <summary>Answers pulls that wait with an error.</summary>
    internal void RefuseReceives(ErrorCode code)
    {
        while (Receives.Any)
        {
            var receive = Receives.First;
            Receives.Remove(receive);
            receive.Answered = true;
            Output.WriteError(receive.Terms.Correlation.Value, code);
        }
        Output.Flush();
    }

    /// <summary>Something that <see cref="IsHungry"/> depends on has changed.</summary>
    internal void AppetiteChanged() => Group?.Subscriptions.Note(this);

    /// <summary>Takes credit away for what was sent.</summary>
    internal void Spend(int messages, long bytes)
    {
        CreditMessages -= messages;
        CreditBytes -= bytes;
        AppetiteChanged();
    }
}
