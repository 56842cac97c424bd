using Forewave.Broker.Ingest;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Ingest;

public sealed class ProducerDirectoryTests
{
    private static readonly ProducerName Name = new("shop");
    private readonly MovedTime _time = new();
    private readonly FakeStore _store = new();

    [Fact]
    public void Producer_is_forgotten_after_7_idle_days()
    {
        var producers = New(10);
        producers.TryOpen(new ProducerId(1), Name, out var producer);
        producer!.HandleClosed(producers.Now);

        _time.Move(TimeSpan.FromDays(7));
        int before = producers.ForgetIdle();
        _time.Move(TimeSpan.FromMinutes(1));
        int after = producers.ForgetIdle();

        Assert.Equal((0, 1, 0), (before, after, producers.Count));
        Assert.True(producers.NameOf(producer.Number).IsEmpty);
    }

    [Fact]
    public void Producer_that_comes_while_a_checkpoint_is_written_is_in_it_or_behind_it()
    {
        var producers = New(10);
        FakeStateWriter checkpoint = new();
        _store.TailAsked = () =>
        {
            _store.TailAsked = null;
            producers.TryOpen(new ProducerId(1), Name, out _);
        };

        new ProducerState(producers).Write(checkpoint, _store);

        var again = New(10);
        ProducerState state = new(again);
        var part = Assert.Single(checkpoint.Parts);
        state.Load(part.State);
        foreach (var record in _store.Records.Where(record => record.Header.Position > part.Part.Dispatched))
            state.Apply(record.Header, record.Payload);
        Assert.Equal((1, 1), (_store.Records.Count, again.Count));
    }

    [Fact]
    public void Producer_is_idle_from_the_end_of_its_last_connection_on()
    {
        var producers = New(10);
        producers.TryOpen(new ProducerId(1), Name, out var producer);

        _time.Move(TimeSpan.FromDays(30));
        int whileOpen = producers.ForgetIdle();
        producer!.HandleClosed(producers.Now);
        int afterwards = producers.ForgetIdle();

        Assert.Equal((0, 0, 1), (whileOpen, afterwards, producers.Count));
    }

    [Fact]
    public void Producers_are_refused_when_there_are_too_many()
    {
        var producers = New(2);
        producers.TryOpen(new ProducerId(1), Name, out _);
        producers.TryOpen(new ProducerId(2), Name, out _);

        var refused = Assert.Throws<RefusedException>(() => producers.TryOpen(new ProducerId(3), Name, out _));

        Assert.Equal(ErrorCode.TooManyProducers, refused.Code);
        Assert.Equal(AppendOutcome.Appended, producers.TryOpen(new ProducerId(2), Name, out _));
    }

    [Fact]
    public void Producer_keeps_its_number_when_its_name_changes()
    {
        var producers = New(2);
        producers.TryOpen(new ProducerId(1), Name, out var first);

        producers.TryOpen(new ProducerId(1), new ProducerName("store"), out var second);

        Assert.Same(first, second);
        Assert.Equal("store"u8.ToArray(), producers.NameOf(first!.Number).ToArray());
        Assert.Equal(2, _store.Records.Count(record => record.Header.Type == RecordType.ProducerSeen));
    }

    private ProducerDirectory New(int most) => new(_store, new BrokerOptions { MaxProducers = most }, _time);
}
