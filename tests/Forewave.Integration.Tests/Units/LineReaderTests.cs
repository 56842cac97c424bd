using System.Text;
using Forewave.Cli.Publishing;

namespace Forewave.Integration.Tests.Units;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("\n", "[]")]
    [InlineData("a", "[a]")]
    [InlineData("a\n", "[a]")]
    [InlineData("a\n\nb\r\nc", "[a][][b\r][c]")]
    public async Task Reader_gives_each_line_without_its_end(string text, string expected) =>
        Assert.Equal(expected, await ReadAllAsync(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public async Task Reader_gives_lines_longer_than_a_block_and_lines_across_blocks()
    {
        string[] lines = [new('x', 700_000), "", new('y', 300_000), "z"];

        string read = await ReadAllAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)));

        Assert.Equal(string.Concat(lines.Select(line => $"[{line}]")), read);
    }

    [Fact]
    public async Task Reader_refuses_a_line_that_no_message_can_hold()
    {
        using MemoryStream stream = new(new byte[3_000_000]);
        LineReader reader = new(stream, maxLineBytes: 1_000_000);

        await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (await reader.ReadAsync(CancellationToken.None))
                Assert.False(reader.TryRead(out _));
        });
    }

    private static async Task<string> ReadAllAsync(byte[] bytes)
    {
        using MemoryStream stream = new(bytes);
        LineReader reader = new(stream, maxLineBytes: 4_000_000);
        StringBuilder read = new();
        bool isMore = true;
        while (isMore)
        {
            isMore = await reader.ReadAsync(CancellationToken.None);
            while (reader.TryRead(out var line))
                read.Append('[').Append(Encoding.UTF8.GetString(line.Span)).Append(']');
        }
        return read.ToString();
    }
}
