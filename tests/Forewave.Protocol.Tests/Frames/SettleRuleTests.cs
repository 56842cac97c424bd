using Forewave.Protocol.Frames;
using Google.Protobuf;

namespace Forewave.Protocol.Tests.Frames;

public sealed class SettleRuleTests
{
    public static TheoryData<V1.SettleRun> BadRuns =>
    [
        Good(run => run.QueueId = 0),
        Good(run => run.GroupId = 0),
        Good(run => run.FirstOffset = 0),
        Good(run => run.FirstOffset = 1ul << 63),
        Good(run => run.FirstOffset = long.MaxValue),
        Good(run => run.Count = 0),
        Good(run => run.Attempt = 0),
        Good(run => run.Epoch = 1 << 20),
        Good(run => run.Verb = V1.SettleVerb.Unspecified),
        Good(run => run.Verb = (V1.SettleVerb)7),
        Good(run => run.Verb = (V1.SettleVerb)(-1)),
        Good(run => run.Delay = ulong.MaxValue),
        Good(run => run.Reason = new string('r', 256)),
        Good(run => run.Verb = V1.SettleVerb.Extend),
        Good(run => (run.Verb, run.Delay) = (V1.SettleVerb.Extend, 43_200_001)),
    ];

    [Theory]
    [MemberData(nameof(BadRuns))]
    public void Run_is_refused_alone_when_a_field_is_not_allowed(V1.SettleRun bad)
    {
        byte[] settle = new V1.Settle { Runs = { Good(_ => { }), bad, Good(_ => { }) } }.ToByteArray();

        var reader = new SettleReader(settle, ByteRange.All(settle));
        var codes = new List<ErrorCode>();
        while (reader.MoveNext(out var run))
            codes.Add(run.Problem.Code);

        Assert.True(reader.Problem.IsNone);
        Assert.Equal([ErrorCode.None, ErrorCode.FieldInvalid, ErrorCode.None], codes);
    }

    [Theory]
    [InlineData(999_999, ErrorCode.None)]
    [InlineData(1_000_000, ErrorCode.TooManyMessages)]
    [InlineData(uint.MaxValue, ErrorCode.TooManyMessages)]
    public void Settle_is_refused_when_its_runs_name_too_many_messages(uint count, ErrorCode expected)
    {
        byte[] settle = new V1.Settle { Runs = { Good(_ => { }), Good(run => run.Count = count) } }.ToByteArray();

        var reader = new SettleReader(settle, ByteRange.All(settle));
        while (reader.MoveNext(out _))
        {
        }

        Assert.Equal(expected, reader.Problem.Code);
    }

    [Fact]
    public void Ack_up_to_needs_neither_count_nor_attempt()
    {
        var upTo = Good(run => (run.Verb, run.Count, run.Attempt) = (V1.SettleVerb.AckUpTo, 0, 0));
        byte[] settle = new V1.Settle { Runs = { upTo } }.ToByteArray();

        var reader = new SettleReader(settle, ByteRange.All(settle));

        Assert.True(reader.MoveNext(out var run));
        Assert.True(run.Problem.IsNone);
        Assert.Equal(SettleVerb.AckUpTo, run.Verb);
    }

    [Fact]
    public void Receive_and_credit_are_read_as_generated_code_wrote_them()
    {
        byte[] receive = new V1.Receive { Subscription = 3, MaxMessages = 100, MaxBytes = 5_000, Wait = 250 }.ToByteArray();
        byte[] credit = new V1.Credit { Subscription = 4, Messages = 7, Bytes = uint.MaxValue }.ToByteArray();

        Assert.True(ReceiveReader.TryRead(receive, ByteRange.All(receive), out var asked, out _));
        Assert.True(CreditReader.TryRead(credit, ByteRange.All(credit), out var given, out _));

        var wait = TimeSpan.FromMilliseconds(250);
        var expected = new ReceiveView { SubscriptionHandle = 3, MaxMessages = 100, MaxBytes = 5_000, Wait = wait };
        Assert.Equal(expected, asked);
        Assert.Equal(new CreditView { SubscriptionHandle = 4, Messages = 7, Bytes = uint.MaxValue }, given);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(10_001, 0)]
    [InlineData(1, 60_001)]
    public void Receive_is_refused_when_it_asks_beyond_the_limits(uint maxMessages, uint waitMilliseconds)
    {
        byte[] receive = new V1.Receive { Subscription = 1, MaxMessages = maxMessages, Wait = waitMilliseconds }.ToByteArray();

        Assert.False(ReceiveReader.TryRead(receive, ByteRange.All(receive), out _, out var problem));

        Assert.Equal(ErrorCode.FieldInvalid, problem.Code);
    }

    [Fact]
    public void Error_comes_back_as_an_exception_with_its_number_and_pause()
    {
        var error = ErrorFrame.Of(ErrorCode.DiskFull, "12 MB are left.", TimeSpan.FromSeconds(9));
        byte[] encoded = error.ToByteArray();

        Assert.True(ErrorFrame.TryRead(encoded, ByteRange.All(encoded), out var read));
        var exception = ErrorFrame.ToException(read);

        Assert.Equal(ErrorCode.DiskFull, exception.Code);
        Assert.Equal(TimeSpan.FromSeconds(9), exception.RetryAfter);
        Assert.Equal(RetryAdvice.Elsewhere, exception.Retry);
        Assert.Equal(StoredOutcome.No, exception.Stored);
        Assert.StartsWith("12 MB are left. Free space", exception.Message);
        Assert.EndsWith("(DiskFull, error 603)", exception.Message);
    }

    [Fact]
    public void Error_of_a_later_version_counts_as_unknown_and_not_to_be_repeated()
    {
        var exception = ErrorFrame.ToException(new V1.Error { Number = 999, Name = "NewThing", Text = "Something new." });

        Assert.Equal((ErrorCode)999, exception.Code);
        Assert.Equal(StoredOutcome.Unknown, exception.Stored);
        Assert.Equal(RetryAdvice.Never, exception.Retry);
        Assert.Null(exception.RetryAfter);
    }

    private static V1.SettleRun Good(Action<V1.SettleRun> change)
    {
        var run = new V1.SettleRun
        {
            QueueId = 1, GroupId = 1, FirstOffset = 1, Count = 1, Attempt = 1, Epoch = 1, Verb = V1.SettleVerb.Ack,
        };
        change(run);
        return run;
    }
}
