using Forewave.Client.Producing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Forewave.Client.Hosting;

/// <summary>Forewave in an application with a host.</summary>
public static class ForewaveServices
{
    /// <summary>
    /// Adds one <see cref="ForewaveClient"/> and one <see cref="Producer"/> for the application, with the host's logging and
    /// clock. Both are disposed with the host, after the consumers.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="options">Null: the defaults.</param>
    public static IServiceCollection AddForewave(this IServiceCollection services, ForewaveClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ForewaveClientOptions given = options ?? new ForewaveClientOptions();
        services.TryAddSingleton(provider => new ForewaveClient(given with
        {
            LoggerFactory = provider.GetService<ILoggerFactory>() ?? given.LoggerFactory,
            TimeProvider = provider.GetService<TimeProvider>() ?? given.TimeProvider,
        }));
        services.TryAddSingleton(provider => provider.GetRequiredService<ForewaveClient>().CreateProducer());
        return services;
    }

    /// <summary>
    /// Adds a consumer that runs while the host runs and hands its messages to <typeparamref name="THandler"/>, which is made
    /// anew, in a scope of its own, for each. May be called for several queues and groups, with the same handler too.
    /// </summary>
    /// <param name="services">The application's services, to which <see cref="AddForewave"/> was added.</param>
    /// <param name="options">What is received, and how.</param>
    public static IServiceCollection AddForewaveConsumer<THandler>(
        this IServiceCollection services, ForewaveConsumerOptions options)
        where THandler : class, IMessageHandler
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddScoped<THandler>();
        services.AddSingleton<IHostedService>(provider => new ConsumerService<THandler>(
            provider.GetRequiredService<ForewaveClient>(), provider.GetRequiredService<IServiceScopeFactory>(), options));
        return services;
    }
}
