using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Forewave.Storage.Files.Tests.Fuzz;

/// <summary>
/// Damaged folders, for as long as FOREWAVE_FUZZ_SECONDS says (5 by default). A failure is repeated with the FOREWAVE_SEED
/// that it printed.
/// </summary>
[Trait("Suite", "fuzz")]
public sealed class RecoveryFuzzTests(ITestOutputHelper output)
{
    // A folder takes some milliseconds: one that is not done by then hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Damaged_folder_is_refused_with_advice_or_gives_back_what_was_published()
    {
        if (Environment.GetEnvironmentVariable("FOREWAVE_SEED") is { Length: > 0 } given)
        {
            await RunAsync(int.Parse(given, CultureInfo.InvariantCulture));
            return;
        }

        double seconds = double.Parse(Environment.GetEnvironmentVariable("FOREWAVE_FUZZ_SECONDS") ?? "5", CultureInfo.InvariantCulture);
        int first = Environment.TickCount & 0x3FFFFFFF;
        int opened = 0;
        int folders = 0;
        for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds; folders++)
        {
            opened += await RunAsync(first + folders) ? 1 : 0;
        }

        output.WriteLine($"{folders} damaged folders from FOREWAVE_SEED={first}: {opened} opened, {folders - opened} refused");
        Assert.InRange(opened, 1, folders);
    }

    // The first: runs that were carried over lay behind later ones, and their bytes were overwritten after they had been checked.
    // The second: a page of the log came to another place of its file, where the index had a run of another queue.
    // The third: behind lost records offsets are given anew, and what was carried over named the old ones.
    [Theory]
    [InlineData(19625891)]
    [InlineData(59373341)]
    [InlineData(60762674)]
    public async Task Folder_that_was_once_read_wrongly_gives_back_what_was_published(int seed) => Assert.True(await RunAsync(seed));

    private async Task<bool> RunAsync(int seed)
    {
        try
        {
            return await Task.Run(() => new FuzzedFolder(seed).Run()).WaitAsync(Patience);
        }
        catch (Exception)
        {
            output.WriteLine($"FOREWAVE_SEED={seed}");
            throw;
        }
    }
}
