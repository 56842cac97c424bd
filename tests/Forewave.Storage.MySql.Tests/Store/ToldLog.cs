using Microsoft.Extensions.Logging;

namespace Forewave.Storage.MySql.Tests.Store;

/// <summary>What a broker's log says. Thread-safe.</summary>
internal sealed class ToldLog : ILoggerFactory, ILogger
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];

    public bool Has(string words)
    {
        lock (_lock)
        {
            return _lines.Any(line => line.Contains(words, StringComparison.Ordinal));
        }
    }

    public string All()
    {
        lock (_lock)
        {
            return string.Join('\n', _lines);
        }
    }

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lock)
        {
            _lines.Add(formatter(state, exception));
        }
    }

    public void Dispose()
    {
    }
}
