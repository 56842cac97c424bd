using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>The checker on publishes that meet refusals and deletions: what it lets pass, and what it finds.</summary>
public sealed class PublishRulesTests
{
    private static readonly GroupKey Queue = GroupKey.OfQueue("q");
    private static readonly GroupKey Again = GroupKey.OfQueue("q~1");

    private readonly MovedTime _time = new();
    private readonly History _history;

    public PublishRulesTests()
    {
        _history = new History(_time);
        _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });
        _history.Add(new HistoryEvent { Kind = EventKind.QueueMade, Group = Queue, Text = "synced" });
    }

    [Theory]
    [InlineData(false, ErrorCode.None, true)]
    [InlineData(true, ErrorCode.None, false)]
    [InlineData(true, ErrorCode.PartitionStopped, false)]
    [InlineData(true, ErrorCode.PreviousRefused, true)]
    public void Checker_finds_a_message_that_is_refused_for_one_before_it_that_was_not(bool hasOneBefore, ErrorCode firstAnswer, bool isBroken)
    {
        if (hasOneBefore)
            Refuse(Message(1, 1), firstAnswer);
        Refuse(Message(1, 2), ErrorCode.PreviousRefused);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.WronglyRefused));
    }

    [Fact]
    public void Checker_finds_a_message_that_is_refused_for_one_before_it_that_was_stored()
    {
        Answer(Message(1, 1), 101);
        Refuse(Message(1, 2), ErrorCode.PreviousRefused);

        Assert.Contains(ViolationKind.WronglyRefused, Check());
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Checker_finds_a_message_that_is_refused_for_one_of_another_life(int lives, bool isFirstLife)
    {
        _history.Add(Message(1, 1));
        for (int life = 1; life < lives; life++)
            _history.Add(new HistoryEvent { Kind = EventKind.LifeBegan });
        Refuse(Message(1, 2), ErrorCode.PreviousRefused);

        Assert.Equal(!isFirstLife, Check().Contains(ViolationKind.WronglyRefused));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checker_looks_for_the_original_of_a_repeat_in_the_queue_that_was_made_anew(bool isThere)
    {
        var late = Message(1, 1) with { DeduplicationId = "a" };
        _history.Add(late);
        _history.Add(new HistoryEvent { Kind = EventKind.DeleteSent, Group = Queue });
        _history.Add(new HistoryEvent { Kind = EventKind.DeleteAnswered, Group = Queue });
        _history.Add(new HistoryEvent { Kind = EventKind.QueueMade, Group = Again, Text = "synced" });
        Answer(Message(2, 1) with { Group = Again, DeduplicationId = "a" }, 101);
        Answer(late with { Group = Again }, 101, isRepeat: true);
        if (isThere)
            Deliver(101);

        // Once for the original, once for its repeat.
        Assert.Equal(isThere ? 0 : 2, Check().Count(kind => kind == ViolationKind.AcknowledgedLost));
    }

    [Theory]
    [InlineData(ErrorCode.DeliveryTimeInvalid, 30_000, false, true)]
    [InlineData(ErrorCode.DeliveryTimeInvalid, 30_001, false, false)]
    [InlineData(ErrorCode.DeliveryTimeInvalid, 30_001, true, true)]
    [InlineData(ErrorCode.ExpiryTimeInvalid, 600_000, false, true)]
    [InlineData(ErrorCode.ExpiryTimeInvalid, 600_001, false, false)]
    [InlineData(ErrorCode.ExpiryTimeInvalid, 600_001, true, true)]
    public void Checker_finds_a_message_that_is_refused_for_a_time_that_it_may_still_name(
        ErrorCode error, int milliseconds, bool isRelative, bool isBroken)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var message = Message(1, 1);
        message = error == ErrorCode.ExpiryTimeInvalid
            ? message with { Expires = now, IsTimeToLive = isRelative }
            : message with { Due = now, IsRelative = isRelative };
        _history.Add(message);
        _time.Move(TimeSpan.FromMilliseconds(milliseconds));
        Refuse(message, error);

        Assert.Equal(isBroken, Check().Contains(ViolationKind.WronglyRefused));
    }

    [Fact]
    public void Checker_finds_a_message_that_is_refused_for_its_expiry_and_has_a_time_of_delivery()
    {
        var message = Message(1, 1) with { Due = _time.GetUtcNow().ToUnixTimeMilliseconds() };
        _history.Add(message);
        _time.Move(TimeSpan.FromHours(1));
        Refuse(message, ErrorCode.ExpiryTimeInvalid);

        Assert.Contains(ViolationKind.WronglyRefused, Check());
    }

    private List<ViolationKind> Check() => [.. HistoryChecker.Check(_history.Events).Select(violation => violation.Kind)];

    private void Refuse(HistoryEvent message, ErrorCode error)
    {
        int request = _history.Add(message);
        if (error != ErrorCode.None)
            _history.Add(message with { Kind = EventKind.PublishRefused, Error = error, Request = request });
    }

    private void Answer(HistoryEvent message, ulong position, bool isRepeat = false)
    {
        int request = _history.Add(message);
        _history.Add(message with { Kind = EventKind.PublishAnswered, Position = position, Durability = Durability.Synced, IsRepeat = isRepeat, Request = request });
    }

    private void Deliver(ulong position) => _history.Add(new HistoryEvent
    {
        Kind = EventKind.Delivered, Group = Again.Of("g"), Message = new MessageKey(2, 1), Position = position, Offset = 1, Attempt = 1, Epoch = 1, Text = "2:1",
    });

    private static HistoryEvent Message(int producer, ulong sequence) => new()
    {
        Kind = EventKind.PublishSent, Group = Queue, Message = new MessageKey(producer, sequence), OrderingKey = "k", Text = $"{producer}:{sequence}",
    };
}
