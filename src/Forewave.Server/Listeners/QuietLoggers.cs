using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Server.Listeners;

/// <summary>
/// The broker's loggers without that of ASP.NET's requests: where it logs, it also begins a trace of its own for each request, and
/// publishes would carry that instead of their sender's. Thread-safe; the loggers stay their owner's.
/// </summary>
internal sealed class QuietLoggers(ILoggerFactory loggers) : ILoggerFactory
{
    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => categoryName == Requests ? NullLogger.Instance : loggers.CreateLogger(categoryName);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => loggers.AddProvider(provider);

    /// <inheritdoc/>
    public void Dispose()
    {
        // They are not its own.
    }
}
