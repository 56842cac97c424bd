using System.Text.Json;
using Forewave.Integration.Tests.Processes;

namespace Forewave.Integration.Tests.Diagnosis;

/// <summary><c>forewave doctor</c> as its users see it, beside a broker and alone.</summary>
[Trait("Suite", "scenario")]
public sealed class DoctorTests
{
    [Fact]
    public async Task Doctor_finds_the_broker_that_has_the_folder_and_changes_nothing()
    {
        await using var server = await ServerProcess.StartedAsync();
        string[] before = FilesIn(server.PathOf("data"));

        var result = await ProgramProcess.RunAsync(
            ["doctor", "--data", server.PathOf("data"), "--listen", server.Address, "--http", server.HttpAddress, "--json"]);

        using var document = JsonDocument.Parse(result.Output);
        Assert.Equal(server.ProcessId, Of(document, "folder").GetProperty("values").GetProperty("process").GetInt32());
        Assert.Contains("it is ready", Of(document, "broker").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, Of(document, "format").GetProperty("values").GetProperty("format").GetInt32());
        Assert.True(Of(document, "sync").GetProperty("values").GetProperty("p50Microseconds").GetDouble() > 0);
        Assert.Equal(document.RootElement.GetProperty("worst").GetString() == "fault" ? 1 : 0, result.ExitCode);
        Assert.Equal(before, FilesIn(server.PathOf("data")));
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task Doctor_needs_no_broker_and_makes_no_folder()
    {
        using TemporaryFolder folder = new();

        var result = await ProgramProcess.RunAsync(["doctor", "--data", folder["data"], "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"]);

        Assert.Contains("is not there yet: a broker makes it", result.Output, StringComparison.Ordinal);
        Assert.Matches("(?m)^[0-9]+ faults?, [0-9]+ warnings?$", result.Output);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Doctor_ends_with_1_when_there_is_a_fault_and_with_2_when_it_is_asked_wrongly()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder["data"], "a file");

        var fault = await ProgramProcess.RunAsync(["doctor", "--data", folder["data"], "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
        var wrong = await ProgramProcess.RunAsync(["doctor", "--store", "paper"]);

        Assert.Equal(1, fault.ExitCode);
        Assert.Contains("fault    folder", fault.Output, StringComparison.Ordinal);
        Assert.Equal((2, ""), (wrong.ExitCode, wrong.Output));
    }

    private static string[] FilesIn(string folder) => [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static JsonElement Of(JsonDocument document, string check) =>
        document.RootElement.GetProperty("findings").EnumerateArray().First(finding => finding.GetProperty("check").GetString() == check);
}
