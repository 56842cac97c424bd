using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Forewave.Client.Consuming;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Forewave.Client.Hosting;

/// <summary>Adds to an application what works with Forewave's client.</summary>
public sealed class ForewaveBuilder
{
    internal ForewaveBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Adds a consumer that runs while the host runs and hands what it receives, read as JSON, to <typeparamref name="THandler"/>, which is
    /// made anew, in a scope of its own, for each message. A body that cannot be read is rejected: it is a dead letter at once, since
    /// no further attempt would read it. May be called for several queues and groups, with the same handler too.
    /// </summary>
    /// <param name="options">What is received, and how.</param>
    /// <param name="type">How bodies are read, for example of a source-generated context. Default: by reflection, as the web does.</param>
    public ForewaveBuilder AddConsumer<TMessage, THandler>(ForewaveConsumerOptions options, JsonTypeInfo<TMessage>? type = null)
        where THandler : class, IMessageHandler<TMessage>
    {
        ArgumentNullException.ThrowIfNull(options);
        JsonTypeInfo<TMessage> read = type ?? (JsonTypeInfo<TMessage>)JsonSerializerOptions.Web.GetTypeInfo(typeof(TMessage));
        Services.TryAddScoped<THandler>();
        return Add(options, (scope, message, cancellation) =>
        {
            TMessage value;
            try
            {
                value = message.Deserialize(read) ?? throw new JsonException("the body is null");
            }
            catch (JsonException broken)
            {
                throw new UnreadableBodyException($"The body is no {typeof(TMessage).Name}: {broken.Message}", broken);
            }

            return scope.GetRequiredService<THandler>().HandleAsync(value, message, cancellation);
        });
    }

    /// <summary>The same for a handler that reads bodies itself.</summary>
    /// <param name="options">What is received, and how.</param>
    public ForewaveBuilder AddConsumer<THandler>(ForewaveConsumerOptions options)
        where THandler : class, IMessageHandler
    {
        ArgumentNullException.ThrowIfNull(options);
        Services.TryAddScoped<THandler>();
        return Add(options, static (scope, message, cancellation) => scope.GetRequiredService<THandler>().HandleAsync(message, cancellation));
    }

    private ForewaveBuilder Add(ForewaveConsumerOptions options, Func<IServiceProvider, ReceivedMessage, CancellationToken, ValueTask> handle)
    {
        Services.AddSingleton<IHostedService>(provider => new ConsumerService(
            provider.GetRequiredService<ForewaveClient>(), provider.GetRequiredService<IServiceScopeFactory>(), options, handle));
        return this;
    }
}
