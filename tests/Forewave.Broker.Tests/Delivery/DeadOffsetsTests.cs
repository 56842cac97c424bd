using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Records;
using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>The place of a message's dead letter is found by its offset, whatever was purged.</summary>
public sealed class DeadOffsetsTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Places_are_found_as_a_plain_table_has_them_and_so_after_a_checkpoint(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var offsets = new DeadOffsets();
        var table = new Dictionary<long, long>();
        long end = 1;
        for (int i = 0; i < 400; i++)
        {
            for (int added = random.Next(10); added > 0; added--, end++)
            {
                long offset = random.NextInt64(1, 1L << 50);
                table[end] = offset;
                offsets.Add(PlaceRange.One(end), offset);
            }
            long first = random.NextInt64(1, end + 1);
            var purged = new PlaceRange { First = first, End = first + random.Next(20) };
            offsets.Remove(purged);
            for (long place = purged.First; place < purged.End; place++)
                table.Remove(place);
        }
        var writer = new RecordWriter();
        offsets.Write(writer);
        var reader = new RecordReader(writer.Written.Span);
        var read = new DeadOffsets();
        read.Read(ref reader);

        Assert.All(table, pair => Assert.Equal(pair.Key, offsets.Find(pair.Value)));
        Assert.All(table, pair => Assert.Equal(pair.Key, read.Find(pair.Value)));
        Assert.Null(offsets.Find(1L << 51));
        Assert.Equal(0, reader.Remaining);
    }
}
