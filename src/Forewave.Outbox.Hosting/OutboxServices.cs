using System.Diagnostics.Metrics;
using System.Text.Json.Serialization.Metadata;
using Forewave.Client;
using Forewave.Client.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Forewave.Outbox.Hosting;

/// <summary>Outbox and inbox in an application with a host.</summary>
public static class OutboxServices
{
    /// <summary>
    /// Adds an <see cref="OutboxWriter"/> and an <see cref="OutboxRelay"/> that runs while the host runs, with the host's logging, clock and
    /// metrics. Each instance of the application may have one: one works, the others stand by. The host does not start where an option is out of
    /// its range; tables that are missing or of another version end the service, which the host treats as it is told to treat a failed
    /// background service.
    /// </summary>
    /// <param name="builder">The application, to which Forewave was added.</param>
    /// <param name="options">The outbox, and how the relay works.</param>
    public static ForewaveBuilder AddOutbox(this ForewaveBuilder builder, OutboxRelayOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        AddOutboxWriter(builder, options.Tables);
        builder.Services.AddSingleton(provider => new OutboxRelay(provider.GetRequiredService<ForewaveClient>(), options with
        {
            LoggerFactory = provider.GetService<ILoggerFactory>() ?? options.LoggerFactory,
            TimeProvider = provider.GetService<TimeProvider>() ?? options.TimeProvider,
            MeterFactory = provider.GetService<IMeterFactory>() ?? options.MeterFactory,
        }));
        builder.Services.AddHostedService<RelayService>();
        return builder;
    }

    /// <summary>Adds an <see cref="OutboxWriter"/> alone: the relay runs elsewhere.</summary>
    public static ForewaveBuilder AddOutboxWriter(this ForewaveBuilder builder, OutboxTables tables)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(tables);
        builder.Services.TryAddSingleton(provider => new OutboxWriter(tables, provider.GetService<TimeProvider>()));
        return builder;
    }

    /// <summary>
    /// Adds the application's inbox, and its cleaning by age, which runs while the host runs. A table that is missing or of another version
    /// ends the cleaning, which the host treats as it is told to treat a failed background service.
    /// </summary>
    /// <param name="builder">The application, to which Forewave was added.</param>
    /// <param name="options">Where the inbox is, and how long records are kept.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static ForewaveBuilder AddInbox(this ForewaveBuilder builder, InboxOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(new Inbox(options.Tables));
        builder.Services.AddSingleton<IHostedService>(provider => new InboxCleaning(
            options, provider.GetRequiredService<Inbox>(), provider.GetService<TimeProvider>() ?? TimeProvider.System, provider.GetRequiredService<ILoggerFactory>()));
        return builder;
    }

    /// <summary>
    /// Adds a consumer whose handler has its effect once, as <see cref="InboxHandler{TMessage, THandler}"/> does it, with the inbox of
    /// <see cref="AddInbox"/>. May be called for several queues and groups, with the same handler too.
    /// </summary>
    /// <param name="builder">The application, to which Forewave was added.</param>
    /// <param name="consumer">What is received, and how.</param>
    /// <param name="type">How bodies are read. Default: by reflection, as the web does.</param>
    public static ForewaveBuilder AddInboxConsumer<TMessage, THandler>(
        this ForewaveBuilder builder, ForewaveConsumerOptions consumer, JsonTypeInfo<TMessage>? type = null)
        where THandler : class, IInboxHandler<TMessage>
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(consumer);
        builder.Services.TryAddScoped<THandler>();
        return builder.AddConsumer<TMessage, InboxHandler<TMessage, THandler>>(consumer, type);
    }
}
