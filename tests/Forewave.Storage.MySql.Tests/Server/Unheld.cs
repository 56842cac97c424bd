namespace Forewave.Storage.MySql.Tests.Server;

/// <summary>
/// Statements that do not wait for who holds a table: the server's own purge of old rows does so for a moment, so they are tried until
/// they are done.
/// </summary>
internal static class Unheld
{
    public static void Do(Func<bool> attempt)
    {
        while (!attempt())
        {
            Thread.Yield();
        }
    }
}
