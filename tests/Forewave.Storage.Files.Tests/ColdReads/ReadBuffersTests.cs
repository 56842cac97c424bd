using Forewave.Storage.Files.ColdReads;

namespace Forewave.Storage.Files.Tests.ColdReads;

public sealed class ReadBuffersTests
{
    [Fact]
    public void Room_that_is_kept_is_not_given_again()
    {
        using ReadBuffers buffers = ReadBuffers.Take();
        Memory<byte> first = buffers.Room(100);
        first.Span.Fill(1);
        buffers.Keep(100);

        buffers.Room(ReadBuffers.ArrayBytes - 100).Span.Fill(2);
        buffers.Keep(ReadBuffers.ArrayBytes - 100);
        buffers.Room(1_000_000).Span.Fill(3);

        Assert.Equal(-1, first.Span.IndexOfAnyExcept((byte)1));
    }

    [Fact]
    public void Room_that_is_not_kept_is_given_again()
    {
        using ReadBuffers buffers = ReadBuffers.Take();
        buffers.Room(100).Span.Fill(1);
        buffers.Keep(10);

        Memory<byte> next = buffers.Room(100);

        // What comes after these is whatever the pooled array held before.
        Assert.Equal(-1, next.Span[..90].IndexOfAnyExcept((byte)1));
    }
}
