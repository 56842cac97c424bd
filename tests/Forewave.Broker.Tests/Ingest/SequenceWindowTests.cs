using Forewave.Broker.Ingest;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Ingest;

public sealed class SequenceWindowTests
{
    private static readonly Epoch One = new(1);

    [Fact]
    public void Window_tells_positions_when_runs_are_contiguous()
    {
        var window = new SequenceWindow(new SequenceMemory(1 << 20));

        window.AddStored(3, At(100));
        window.AddStored(2, At(103));

        Assert.Equal(5ul, window.Last);
        Assert.Equal(1, window.RunCount);
        Assert.Equal((At(104), ErrorCode.None), window.Find(5, out int sameFate));
        Assert.Equal(1, sameFate);
    }

    [Fact]
    public void Window_tells_the_error_when_sequences_were_refused()
    {
        var window = new SequenceWindow(new SequenceMemory(1 << 20));

        window.AddStored(1, At(7));
        window.AddRefused(2, ErrorCode.DiskFull);
        window.AddStored(1, At(8));

        Assert.Equal((LogPosition.None, ErrorCode.DiskFull), window.Find(2, out int sameFate));
        Assert.Equal(2, sameFate);
        Assert.Equal((At(8), ErrorCode.None), window.Find(4, out _));
    }

    [Fact]
    public void Window_forgets_what_is_more_than_65536_sequences_back()
    {
        var window = new SequenceWindow(new SequenceMemory(64 << 20));

        for (ulong i = 1; i <= 70_000; i++)
            window.AddStored(1, At(2 * i));

        Assert.Equal(70_000ul - Limits.SequenceWindow + 1, window.FirstKnown);
        Assert.Equal((At(2 * window.FirstKnown), ErrorCode.None), window.Find(window.FirstKnown, out _));
        Assert.True(window.RunCount <= Limits.SequenceWindow + 1);
    }

    [Fact]
    public void Window_keeps_few_runs_when_memory_is_used_up()
    {
        var memory = new SequenceMemory(0);
        var window = new SequenceWindow(memory);

        for (ulong i = 1; i <= 1_000; i++)
            window.AddStored(1, At(2 * i));

        Assert.Equal(SequenceWindow.FewestRuns, window.RunCount);
        Assert.Equal(1_000ul - SequenceWindow.FewestRuns + 1, window.FirstKnown);
        Assert.Equal((At(2_000), ErrorCode.None), window.Find(1_000, out _));
    }

    [Fact]
    public void Window_gives_its_memory_back_when_it_is_cleared()
    {
        var memory = new SequenceMemory(1 << 20);
        var window = new SequenceWindow(memory);
        for (ulong i = 1; i <= 1_000; i++)
            window.AddStored(1, At(2 * i));

        window.Clear();

        Assert.Equal(0, memory.Bytes);
        Assert.True(window.FirstKnown > window.Last);
    }

    [Fact]
    public void Window_agrees_with_a_plain_map_over_random_histories()
    {
        int seed = Environment.TickCount;
        var random = new Random(seed);
        var window = new SequenceWindow(new SequenceMemory(64 << 20));
        var model = new Dictionary<ulong, (LogPosition, ErrorCode)>();
        ulong position = 1_000;

        for (int step = 0; step < 3_000; step++)
        {
            int count = random.Next(1, 60);
            bool refused = random.Next(10) == 0;
            position += (ulong)random.Next(0, 3);
            for (int i = 0; i < count; i++)
                model[window.Last + 1 + (ulong)i] = refused ? (LogPosition.None, ErrorCode.DiskFull) : (At(position + (ulong)i), ErrorCode.None);
            if (refused)
            {
                window.AddRefused(count, ErrorCode.DiskFull);
                continue;
            }
            window.AddStored(count, At(position));
            position += (ulong)count;
        }

        for (ulong sequence = window.FirstKnown; sequence <= window.Last; sequence++)
            Assert.True(model[sequence] == window.Find(sequence, out _), $"sequence {sequence}, seed {seed}");
    }

    private static LogPosition At(ulong number) => new(One, number);
}
