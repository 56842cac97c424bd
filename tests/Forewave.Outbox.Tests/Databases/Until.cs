namespace Forewave.Outbox.Tests.Databases;

/// <summary>Waits for states that nobody tells of; without a limit of its own.</summary>
internal static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    public static Task SucceedsAsync(Func<Task> attempt) => TrueAsync(async () =>
    {
        try
        {
            await attempt();
            return true;
        }
        catch (System.Data.Common.DbException)
        {
            return false;
        }
    });
}
