// Buttons that add a passkey or use one: what is to be signed is asked for, and sent back signed.
"use strict";

(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=/g, "");

  async function ask(address, place, said) {
    const response = await fetch(address, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": place.querySelector("[name=csrfmiddlewaretoken]").value,
      },
      body: JSON.stringify(said),
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) {
      throw new Error(answer.detail || "没有成功，请刷新本页再试。");
    }
    return answer;
  }

  function readable(options) {
    const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));
    const read = { ...options, challenge: bytes(options.challenge) };
    if (options.user) {
      read.user = { ...options.user, id: bytes(options.user.id) };
      read.excludeCredentials = keys(options.excludeCredentials);
    } else {
      read.allowCredentials = keys(options.allowCredentials);
    }
    return read;
  }

  function sendable(key) {
    const response = {};
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    for (const name of parts) {
      if (key.response[name]) {
        response[name] = text(key.response[name]);
      }
    }
    if (key.response.getTransports) {
      response.transports = key.response.getTransports();
    }
    return {
      id: key.id,
      rawId: text(key.rawId),
      type: key.type,
      authenticatorAttachment: key.authenticatorAttachment,
      clientExtensionResults: key.getClientExtensionResults(),
      response,
    };
  }

  async function run(place) {
    if (!window.PublicKeyCredential) {
      throw new Error("这个浏览器或网址不支持通行密钥：须用域名和 HTTPS 访问。");
    }
    const options = readable(await ask(place.dataset.begin, place, {}));
    const credentials = navigator.credentials;
    const isNew = place.dataset.passkey === "add";
    const key = await (isNew ? credentials.create({ publicKey: options }) : credentials.get({ publicKey: options }));
    const query = place.dataset.next ? `?next=${encodeURIComponent(place.dataset.next)}` : "";
    const answer = await ask(place.dataset.end + query, place, sendable(key));
    if (answer.next) {
      location.assign(answer.next);
      return;
    }
    // What was typed before goes along; the session knows of the proof.
    const form = document.getElementById("proof-form");
    form.querySelector("[name=_proof]").remove();
    form.submit();
  }

  for (const place of document.querySelectorAll("[data-passkey]")) {
    const warning = place.querySelector("[role=alert]");
    place.querySelector("button").addEventListener("click", async () => {
      warning.hidden = true;
      try {
        await run(place);
      } catch (error) {
        const isRefusal = ["NotAllowedError", "AbortError"].includes(error.name);
        const isKnown = error.name === "InvalidStateError";
        const isWrongPlace = error.name === "SecurityError";
        warning.textContent = isRefusal
          ? "已取消，或者超过了时间。"
          : isKnown
            ? "这个设备上已经有您的通行密钥。"
            : isWrongPlace
              ? "用数字地址访问时不能用通行密钥，请改用域名。"
              : error.message;
        warning.hidden = false;
      }
    });
  }
})();
