using Forewave.Broker.Search;
using Forewave.Broker.Tests.Fakes;

namespace Forewave.Broker.Tests.Search;

public sealed class SearchPaceTests
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public void Searches_read_small_pieces_and_sixteen_megabytes_a_second_together_while_others_write()
    {
        var time = new MovedTime();
        long written = 0;
        var pace = new SearchPace(time, () => ++written);

        int piece = pace.PieceBytes;
        var taken = TimeFor(time, pace, 64 * MiB);

        Assert.Equal(64 * 1024, piece);
        Assert.InRange(taken.TotalSeconds, 3.9, 4.1);
    }

    [Fact]
    public void Searches_read_large_pieces_faster_while_nobody_writes()
    {
        var time = new MovedTime();
        var pace = new SearchPace(time, static () => 0);

        int piece = pace.PieceBytes;
        var taken = TimeFor(time, pace, 256 * MiB);

        Assert.Equal(256 * 1024, piece);
        Assert.InRange(taken.TotalSeconds, 0.9, 1.1);
    }

    /// <summary>How long two searches take that read so much together.</summary>
    private static TimeSpan TimeFor(MovedTime time, SearchPace pace, int bytes)
    {
        long start = time.GetTimestamp();
        for (int read = 0; read < bytes;)
        {
            int piece = pace.PieceBytes;
            var one = pace.TakeAsync(piece, CancellationToken.None).AsTask();
            var other = pace.TakeAsync(piece, CancellationToken.None).AsTask();
            while (!one.IsCompleted || !other.IsCompleted)
                time.Move(TimeSpan.FromMilliseconds(1));
            read += 2 * piece;
        }
        return time.GetElapsedTime(start);
    }
}
