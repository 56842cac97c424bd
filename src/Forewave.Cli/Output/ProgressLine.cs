using System.Globalization;

namespace Forewave.Cli.Output;

/// <summary>A count on stderr once a second, on a terminal only. Disposal clears the line.</summary>
internal sealed class ProgressLine : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly ITimer? _timer;

    /// <param name="count">Reads the count; called on a thread of the pool.</param>
    /// <param name="what">What is counted.</param>
    public ProgressLine(Func<long> count, string what)
    {
        if (Console.IsErrorRedirected)
            return;
        _timer = TimeProvider.System.CreateTimer(
            _ => Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{count():N0} {what}  ")), null, Period, Period);
    }

    public void Dispose()
    {
        if (_timer is null)
            return;
        _timer.Dispose();
        Console.Error.Write("\r\e[K");
    }
}
