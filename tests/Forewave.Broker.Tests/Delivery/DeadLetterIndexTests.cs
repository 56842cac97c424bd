using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Tests.Delivery;

public sealed class DeadLetterIndexTests
{
    [Fact]
    public void Every_place_is_free_or_taken_and_counted_as_such_whatever_happens()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var index = new DeadLetterIndex(7);
        var states = new Dictionary<long, char>();
        for (int step = 0; step < 2_000; step++)
        {
            Change(random, index, states);
            if (step % 100 == 0)
                index = Again(index);
            long from = random.Next(1, 60);
            var free = states.Where(state => state.Value == 'd').Select(state => state.Key).Order().ToList();
            Assert.True(free.Count == index.Count, $"seed {seed}, step {step}: {free.Count} and {index.Count}");
            Assert.Equal(free.Where(place => place >= from), index.From(from).SelectMany(EachOf));
            Assert.All(states, state => Assert.Equal(state.Value == 'd', index.Has(state.Key)));
        }
    }

    private static void Change(Random random, DeadLetterIndex index, Dictionary<long, char> states)
    {
        long place = states.Count == 0 ? 0 : random.Next(1, states.Count + 1);
        ulong operation = (ulong)random.Next(1, 4);
        char state = states.GetValueOrDefault(place);
        switch (random.Next(7))
        {
            case 0 when states.Count < 100:
                states[index.Add(states.Count + 1_000)] = 'd';
                break;
            case 1 when state == 'd':
                index.Redrive(new RedriveBatch(1, One(place), operation));
                states[place] = 'r';
                break;
            case 2 when state == 'd':
                index.Bin.Add(new BinnedBatch(operation, 5, One(place)));
                states[place] = 'b';
                break;
            case 3 when state is 'r' or 'b':
                index.TakeBack(One(place));
                states[place] = 'd';
                break;
            case 4 when state == 'r':
                index.HandOut(new RecordRun(place + 999, 1, 1) { Place = place });
                states[place] = 'o';
                break;
            case 5 when state == 'o':
                index.Settled(place + 999, 1);
                states[place] = 'g';
                break;
            case 6 when state is 'd' or 'b' && random.Next(3) == 0:
                index.Purge(PlaceRange.One(place));
                states[place] = 'g';
                break;
            default:
                break;
        }
    }

    private static Places One(long place) => Places.Of([PlaceRange.One(place)]);

    private static IEnumerable<long> EachOf(PlaceRange range)
    {
        for (long place = range.First; place < range.End; place++)
            yield return place;
    }

    private static DeadLetterIndex Again(DeadLetterIndex index)
    {
        var writer = new RecordWriter();
        index.Write(writer);
        var reader = new RecordReader(writer.Written.Span);
        var again = new DeadLetterIndex(7);
        again.Read(ref reader, version: 8);
        Assert.Equal(0, reader.Remaining);
        var second = new RecordWriter();
        again.Write(second);
        Assert.Equal(writer.Written.ToArray(), second.Written.ToArray());
        return again;
    }
}
