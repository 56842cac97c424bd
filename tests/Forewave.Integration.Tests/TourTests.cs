using Forewave.Integration.Tests.Processes;

namespace Forewave.Integration.Tests;

/// <summary>The tour of the README, by the command line alone.</summary>
[Trait("Suite", "kill")]
public sealed class TourTests
{
    private const int Lines = 150_000;

    [Fact]
    public async Task Two_groups_get_a_file_byte_for_byte_when_the_server_is_killed_in_between()
    {
        byte[] file = Checkout.Lines(Lines);
        using TemporaryFolder folder = new();
        using var server = await ServerProcess.StartAsync(folder["data"]);
        using var first = Follow(server, "first");
        using var second = Follow(server, "second");
        using var publish = CliProcess.Start("publish", "packages", "--server", server.Address);

        Received one = new(file.Length), two = new(file.Length);
        var printed = publish.Output.ReadToEndAsync();
        var feeding = publish.FeedAsync(file);
        var secondEnd = two.ReadUntilAsync(second.Output.BaseStream, file.Length);
        await one.ReadUntilAsync(first.Output.BaseStream, file.Length / 3);
        await server.KillAsync();
        await server.StartAgainAsync();
        await feeding;
        Assert.True(await publish.WaitAsync() == 0, await publish.Errors);
        await one.ReadUntilAsync(first.Output.BaseStream, file.Length);
        await secondEnd;

        Assert.Equal(0, await first.TerminateAsync());
        Assert.Equal(0, await second.TerminateAsync());
        await one.ReadToEndAsync(first.Output.BaseStream);
        await two.ReadToEndAsync(second.Output.BaseStream);
        Assert.True(file.AsSpan().SequenceEqual(one.Bytes), "the first group's output differs");
        Assert.True(file.AsSpan().SequenceEqual(two.Bytes), "the second group's output differs");
        Assert.Equal(file.AsSpan().Count((byte)'\n'), (await printed).AsSpan().Count('\n'));
    }

    private static CliProcess Follow(ServerProcess server, string group) =>
        CliProcess.Start("consume", "packages", "--group", group, "--follow", "--server", server.Address);
}
