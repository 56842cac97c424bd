using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Records;
using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Delivery;

public sealed class RecalledLeasesTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Recalled_leases_are_those_of_a_table_of_offsets_after_random_resets(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var recalled = new RecalledLeases();
        var model = new Dictionary<long, uint>();

        for (int i = 0; i < 300; i++)
        {
            long lowest = random.Next(1, 60);
            if (random.Next(3) == 0)
            {
                recalled.DropBefore(lowest);
            }
            else
            {
                var leases = Leases(random);
                recalled.Recall(leases, lowest);
                foreach (var lease in leases)
                {
                    for (long offset = lease.First; offset < lease.End; offset++)
                        model[offset] = lease.Attempt;
                }
            }
            foreach (long offset in model.Keys.Where(offset => offset < lowest).ToArray())
                model.Remove(offset);

            Assert.Equal(model.Count, recalled.Runs.Sum(run => run.Count));
            for (long offset = 1; offset < 130; offset++)
                Assert.Equal(model.TryGetValue(offset, out uint attempt) ? attempt + 1 : 1, recalled.NextAttempt(offset));
        }
    }

    private static List<RecordRun> Leases(Random random)
    {
        var leases = new List<RecordRun>();
        for (long offset = random.Next(1, 40); offset < 100; offset += random.Next(0, 30))
        {
            leases.Add(new RecordRun(offset, random.Next(1, 20), (uint)random.Next(1, 5)));
            offset = leases[^1].End;
        }
        return leases;
    }
}
