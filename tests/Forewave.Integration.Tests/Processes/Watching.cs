namespace Forewave.Integration.Tests.Processes;

/// <summary>Waiting for what another process does, by looking every few milliseconds.</summary>
internal static class Watching
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(5);

    /// <summary>Completes when a condition holds; fails the test when it does not in time.</summary>
    public static async Task UntilAsync(Func<bool> condition, TimeSpan timeout, Func<string> whatIsThere)
    {
        using PeriodicTimer timer = new(Period, TimeProvider.System);
        using CancellationTokenSource end = new(timeout, TimeProvider.System);
        try
        {
            while (!condition())
            {
                await timer.WaitForNextTickAsync(end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"not within {timeout}: {whatIsThere()}");
        }
    }

    /// <summary>Bytes of a file that somebody writes; 0 before it is there.</summary>
    public static long LengthOf(string path)
    {
        FileInfo file = new(path);
        return file.Exists ? file.Length : 0;
    }
}
