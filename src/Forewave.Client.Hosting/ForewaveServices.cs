using Forewave.Client.Producing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Forewave.Client.Hosting;

/// <summary>Forewave in an application with a host.</summary>
public static class ForewaveServices
{
    /// <summary>
    /// Adds one <see cref="ForewaveClient"/> and one <see cref="Producer"/> for the application, as its configuration says in the section
    /// <c>Forewave</c> (<see cref="ForewaveSettings"/>), with the host's logging and clock. The host does not start where the section has a
    /// value that cannot be, or a key that nobody knows.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="change">Changes what the configuration says, for example to a broker in this process. Default: nothing.</param>
    /// <returns>For the consumers.</returns>
    public static ForewaveBuilder AddForewave(
        this IHostApplicationBuilder builder, Func<IServiceProvider, ForewaveClientOptions, ForewaveClientOptions>? change = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ForewaveSettings>, SettingsCheck>());
        builder.Services.AddOptions<ForewaveSettings>()
            .BindConfiguration(ForewaveSettings.Section, static binding => binding.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        AddClient(builder.Services, provider =>
        {
            ForewaveClientOptions configured = provider.GetRequiredService<IOptions<ForewaveSettings>>().Value.ToOptions();
            return change is null ? configured : change(provider, configured);
        });
        return new ForewaveBuilder(builder.Services);
    }

    /// <summary>
    /// Adds a health check: healthy while the client has a connection to a broker, else it says why not, after looking for one for a second at
    /// most. For readiness rather than liveness: a restart of the application brings no broker back.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="name">The check's name. Default <c>forewave</c>.</param>
    /// <param name="failureStatus">What it says without a connection. Default: unhealthy.</param>
    /// <param name="tags">Its tags. Default: none.</param>
    public static IHealthChecksBuilder AddForewave(
        this IHealthChecksBuilder builder, string name = "forewave", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<ConnectionHealth>(name, failureStatus, tags ?? []);
    }

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
        AddClient(services, _ => given);
        return services;
    }

    /// <summary>
    /// Adds a consumer that runs while the host runs and hands its messages to <typeparamref name="THandler"/>, which is made
    /// anew, in a scope of its own, for each. May be called for several queues and groups, with the same handler too.
    /// </summary>
    /// <param name="services">The application's services, to which <see cref="AddForewave(IServiceCollection, ForewaveClientOptions?)"/> was added.</param>
    /// <param name="options">What is received, and how.</param>
    public static IServiceCollection AddForewaveConsumer<THandler>(
        this IServiceCollection services, ForewaveConsumerOptions options)
        where THandler : class, IMessageHandler
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        new ForewaveBuilder(services).AddConsumer<THandler>(options);
        return services;
    }

    private static void AddClient(IServiceCollection services, Func<IServiceProvider, ForewaveClientOptions> options)
    {
        services.TryAddSingleton(provider =>
        {
            ForewaveClientOptions given = options(provider);
            return new ForewaveClient(given with
            {
                LoggerFactory = provider.GetService<ILoggerFactory>() ?? given.LoggerFactory,
                TimeProvider = provider.GetService<TimeProvider>() ?? given.TimeProvider,
            });
        });
        services.TryAddSingleton(provider => provider.GetRequiredService<ForewaveClient>().CreateProducer());
    }
}
